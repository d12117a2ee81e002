"""The site's time. Whoever reads, and in whatever zone an editor works, an article's day is the site's."""

from datetime import UTC, date, datetime, timedelta, timezone

from django.utils.timezone import get_default_timezone


def local(moment: datetime) -> datetime:
    """`moment` as the site's clocks show it. Faster than `timezone.localtime`, which first asks for the reader's zone."""
    return moment.astimezone(get_default_timezone())


def in_words(moment: datetime) -> str:
    """`moment` to the minute, as editors are told it."""
    return f"{local(moment):%Y年%m月%d日 %H:%M}"


def zoned(moment: datetime | None = None) -> datetime:
    """`moment`, or now, in the site's time as formats for machines can hold it: with an offset of whole minutes. Before 1901 Beijing was
    08:05:43 ahead."""
    moment = moment or datetime.now(UTC)
    at = local(moment)
    minutes = (at.utcoffset() or timedelta()) / timedelta(minutes=1)
    return at if minutes.is_integer() else moment.astimezone(timezone(timedelta(minutes=round(minutes))))


def today() -> date:
    return datetime.now(get_default_timezone()).date()


def moment(value: datetime) -> datetime:
    """A moment as the database driver gives it: SQLite's says nothing of its zone, which is UTC."""
    return value if value.tzinfo else value.replace(tzinfo=UTC)
