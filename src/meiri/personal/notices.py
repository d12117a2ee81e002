"""Tell a member something on the site, and what was told."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from meiri.personal.models import Notice
from meiri.personal.personal_data import PersonalData, register_personal_data
from meiri.wakeups import wake

PER_PAGE = 20
# More than these are not told apart.
MOST_COUNTED = 9
# How long a notice is kept, and how many old ones are deleted in one go.
KEPT, STEP = timedelta(days=180), 500


def tell(user, text: str, url: str = "") -> None:
    """Tell `user` one thing, once. `url` is where it can be looked at: an address of the site, or none.

    Call it in the transaction of what it is about. Whoever has no account (None) is told nothing.
    """
    _check(url)
    if user is not None:
        Notice.objects.create(member=user, text=text[:200], url=url if len(url) <= 300 else "")
        transaction.on_commit(wake, robust=True)  # whoever sends it on waits


def _check(url: str) -> None:
    if url and (not url.startswith("/") or url.startswith("//")):
        raise ValueError(f"A notice leads to an address of the site, not to {url!r}.")


def tell_once(user, text: str, url: str) -> None:
    """As `tell`, unless `user` was told of `url` before."""
    if not Notice.objects.filter(member=user, url=url).exists():
        tell(user, text, url)


def tell_many(members: Sequence[int], text: str, url: str) -> None:
    """Tell members, by their keys and no more than a few hundred, of `url`, except those who were told of it before. Whoever calls
    it sends it on by other ways. Two queries."""
    _check(url)
    known = set(Notice.objects.filter(member__in=members, url=url).values_list("member_id", flat=True))
    Notice.objects.bulk_create(
        Notice(member_id=member, text=text[:200], url=url, carried=True)
        for member in members
        if member not in known
    )


def to_carry(count: int) -> list[Notice]:
    """The oldest notices that were not sent on yet, at most `count`. One query."""
    return list(Notice.objects.filter(carried=False).order_by("pk")[:count])


def note_carried(notices: Sequence[Notice]) -> None:
    Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(carried=True)


def forget_notices() -> int:
    """Delete the oldest notices that are older than half a year, a bounded step at a time. How many. Run by the clock."""
    oldest = Notice.objects.order_by("pk").values_list("pk", "told_at")[:STEP]
    over = [key for key, told_at in oldest if told_at < timezone.now() - KEPT]
    return Notice.objects.filter(pk__in=over).delete()[0] if over else 0


def has_unread(user) -> bool:
    """One look-up in an index that holds nothing but unread notices."""
    return Notice.objects.filter(member=user, read_at=None).exists()


def count_unread(user) -> str:
    """How many are unread, "9+" where they are more; "" for none. As `has_unread`."""
    count = Notice.objects.filter(member=user, read_at=None)[: MOST_COUNTED + 1].count()
    return f"{MOST_COUNTED}+" if count > MOST_COUNTED else str(count or "")


def page_of(user, before: int | None = None) -> tuple[list[Notice], int | None]:
    """A page of what `user` was told, newest first, and the key before which the next page begins. One query."""
    notices = Notice.objects.filter(member=user).order_by("-pk")
    if before is not None:
        notices = notices.filter(pk__lt=before)
    found = list(notices[: PER_PAGE + 1])
    return found[:PER_PAGE], found[PER_PAGE - 1].pk if len(found) > PER_PAGE else None


def mark_read(user) -> None:
    Notice.objects.filter(member=user, read_at=None).update(read_at=timezone.now())


register_personal_data(
    PersonalData(
        "通知",
        rows=lambda user: [
            {"时间": n.told_at, "内容": n.text, "地址": n.url}
            for n in Notice.objects.filter(member=user).order_by("pk").iterator()
        ],
        erase=lambda user: None,  # deleted with the account
    )
)
