"""Tell a member something on the site, and what was told."""

from django.utils import timezone

from meiri.personal.models import Notice
from meiri.personal.personal_data import PersonalData, register_personal_data

PER_PAGE = 20


def tell(user, text: str, url: str = "") -> None:
    """Tell `user` one thing, once. `url` is where it can be looked at: an address of the site, or none.

    Call it in the transaction of what it is about. Whoever has no account (None) is told nothing.
    """
    if url and (not url.startswith("/") or url.startswith("//")):
        raise ValueError(f"A notice leads to an address of the site, not to {url!r}.")
    if user is not None:
        Notice.objects.create(member=user, text=text[:200], url=url if len(url) <= 300 else "")


def tell_once(user, text: str, url: str) -> None:
    """As `tell`, unless `user` was told of `url` before."""
    if not Notice.objects.filter(member=user, url=url).exists():
        tell(user, text, url)


def has_unread(user) -> bool:
    """One look-up in an index that holds nothing but unread notices."""
    return Notice.objects.filter(member=user, read_at=None).exists()


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
