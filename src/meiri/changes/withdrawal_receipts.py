"""The receipt of a withdrawal: every place where readers met what was withdrawn, fetched afterwards as a reader would."""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from urllib.parse import quote

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from meiri.changes.published_reach import PublishedReach, kind_in_words
from meiri.delivery.page_store import withdraw_page
from meiri.journal.content_keys import ContentKey
from meiri.journal.public_models import NotPublic
from meiri.outbound import OutboundResponse, OutboundRules, Unreachable, ask, is_any

# Pages that are looked at, the thing's own first, and in one run of the job.
MOST_PLACES, BATCH = 500, 20
# How long after a withdrawal it is looked first, between two looks where something still shows it, and how often.
FIRST, AGAIN, TRIES = timedelta(seconds=3), timedelta(seconds=30), 6
RULES = OutboundRules(
    is_allowed=is_any, ports=None, silence=5, longest=10, most_bytes=4 * 1024 * 1024, redirects=0
)
GONE, STILL, UNKNOWN = "gone", "still", "unknown"


class WithdrawalReceipt(models.Model):
    """`address`: of the page that is the thing's own, which readers must not get any more; "" where it has none. `marks`: what a
    page holds that still shows the thing. `places`: `{"address", "kind", "state", "note"}` of each page; state "" until it was
    fetched, then `GONE`, `STILL` (it shows the thing) or `UNKNOWN` (no answer). `due_at` None: nothing is to be fetched any more."""

    # The name of what was withdrawn, see `things`.
    thing = models.CharField("对象", max_length=40, db_index=True, editable=False)
    title = models.CharField("标题", max_length=255)
    address = models.CharField("原地址", max_length=500, blank=True)
    marks = models.JSONField(default=list, editable=False)
    reason = models.CharField("撤稿原因", max_length=300)
    reach = models.JSONField("撤稿前", default=list)
    places = models.JSONField("核查", default=list)
    withdrawn_at = models.DateTimeField("撤稿时间")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="撤稿人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    due_at = models.DateTimeField(null=True, db_index=True)
    checked_at = models.DateTimeField("核查时间", null=True)
    tries = models.PositiveSmallIntegerField(default=0)

    public = NotPublic("a proof for the newsroom")

    class Meta:
        verbose_name = "撤稿回执"
        verbose_name_plural = "撤稿回执"
        default_permissions = ()

    def __str__(self):
        return f"《{self.title}》撤稿回执"

    def in_state(self, *states: str) -> list[dict]:
        return [place for place in self.places if place["state"] in states]

    @property
    def in_words(self) -> str:
        gone, still = len(self.in_state(GONE)), len(self.in_state(STILL))
        unknown, waiting = len(self.in_state(UNKNOWN)), len(self.in_state(""))
        told = [f"{gone} 处已不再出现"]
        told += [f"{still} 处仍能看到"] if still else []
        told += [f"{unknown} 处没有答复"] if unknown else []
        told += [f"{waiting} 处正在核查"] if waiting else []
        return f"共 {len(self.places)} 处，{'，'.join(told)}。"


def fetch(address: str) -> OutboundResponse:
    """The page at `address` of this site, as readers get it. Raises `Unreachable`."""
    return ask(settings.BASE_URL + quote(address, safe="/!$&'()*+,;=:@-._~?"), RULES)


def receipts_are_due() -> bool:
    return WithdrawalReceipt.objects.filter(due_at__lte=timezone.now()).exists()


def check_due_receipts(fetch: Callable[[str], OutboundResponse] = fetch) -> bool:
    """Fetch some places of the receipt that waits longest; whether there was one. A job of the clock: one worker runs it."""
    receipt = WithdrawalReceipt.objects.filter(due_at__lte=timezone.now()).order_by("due_at").first()
    if receipt is None:
        return False
    wanted = receipt.in_state("") or receipt.in_state(STILL, UNKNOWN)
    for place in wanted[:BATCH]:
        place["state"], place["note"] = state_of_place(receipt, place["address"], fetch)
    receipt.checked_at = timezone.now()
    if receipt.in_state(""):
        receipt.due_at = receipt.checked_at
    else:
        receipt.tries += 1
        waits = receipt.in_state(STILL, UNKNOWN) and receipt.tries < TRIES
        receipt.due_at = receipt.checked_at + AGAIN if waits else None
    receipt.save(update_fields=["places", "checked_at", "due_at", "tries"])
    return True


def state_of_place(receipt: WithdrawalReceipt, address: str, fetch) -> tuple[str, str]:
    """What a reader finds at `address`: the state, and words for editors."""
    try:
        answer = fetch(address)
    except Unreachable as error:
        return UNKNOWN, str(error)
    if answer.status in (404, 410):
        return GONE, f"状态 {answer.status}"
    if answer.status >= 500 or not answer.is_whole:
        return UNKNOWN, f"状态 {answer.status}"
    is_own = address == receipt.address or address.startswith(settings.MEDIA_URL)
    shows = is_own or any(mark.encode() in answer.body for mark in receipt.marks)
    return (STILL if 200 <= answer.status < 300 and shows else GONE), f"状态 {answer.status}"


def write_receipt(
    thing: str,
    title: str,
    reason: str,
    reach: PublishedReach,
    marks: Iterable[str],
    by,
    address: str = "",
    also: Iterable[str] = (),
    keys: Sequence[ContentKey] = (),
) -> WithdrawalReceipt:
    """The receipt of a thing that is being withdrawn, to be checked soon. `reach`: as it was before; `also`: what is
    looked at whether it was stored or not; `keys`: of all that the withdrawal changes, where `address` is a stored page. Runs inside the transaction of the withdrawal."""
    if keys:
        # Readers must not be sent the page any more when whoever withdrew it is told so; other nodes follow the journal. Where that
        # fails, the withdrawal stands all the same, and the worker takes the page away.
        transaction.on_commit(lambda: withdraw_page(address, keys), robust=True)
    now = timezone.now()
    looked_at = dict.fromkeys(one for one in (address, *also, *reach.addresses) if one.startswith("/"))
    places = [{"address": a, "kind": kind_in_words(a), "state": "", "note": ""} for a in looked_at]
    return WithdrawalReceipt.objects.create(
        thing=thing,
        title=title[:255],
        address=address,
        marks=list(marks),
        reason=reason,
        reach=[reach.in_words, *reach.more],
        places=places[:MOST_PLACES],
        withdrawn_at=now,
        by=by,
        due_at=now + FIRST,
    )


def newest_receipt(thing: str) -> WithdrawalReceipt | None:
    return WithdrawalReceipt.objects.filter(thing=thing).order_by("-pk").first()
