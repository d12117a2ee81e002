"""The site's time. Whoever reads, and in whatever zone an editor works, an article's day is the site's."""

from datetime import UTC, date, datetime

from django.utils.timezone import get_default_timezone


def local(moment: datetime) -> datetime:
    """`moment` as the site's clocks show it. Faster than `timezone.localtime`, which first asks for the reader's zone."""
    return moment.astimezone(get_default_timezone())


def today() -> date:
    return datetime.now(get_default_timezone()).date()


def moment(value: datetime) -> datetime:
    """A moment as the database driver gives it: SQLite's says nothing of its zone, which is UTC."""
    return value if value.tzinfo else value.replace(tzinfo=UTC)
