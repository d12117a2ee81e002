"""Links of articles that lead nowhere. The worker asks the other sites, never a request of the newsroom; what it found is kept."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta

from django.db import models, transaction
from django.utils import timezone

from meiri.journal.public_models import NotPublic
from meiri.newsroom.body.stream import outside_addresses
from meiri.newsroom.publication_checks import Finding, PublicationCheck, PublishingRule
from meiri.outbound import OutboundRules, Unreachable, ask
from meiri.wakeups import wake

LONGEST_ADDRESS = 2000
# Links of one article that are looked at.
MOST_LINKS = 40
# How long an answer holds, and how long a link that nobody asks about any more is kept.
FRESH, KEPT = timedelta(hours=24), timedelta(days=30)
# A site that does not answer at once is asked again before it counts as dead.
AGAIN = timedelta(minutes=2)
TRIES = 2
# Somebody is there, even where robots are not let in.
ANSWERS = {401, 403, 405, 406, 429}
RULES = OutboundRules(silence=5, longest=8, most_bytes=0)
AGENT = "Mozilla/5.0 (compatible; Meiri link check)"


class CheckedLink(models.Model):
    """One address and what became of asking it. `due_at` None: it is not to be asked now."""

    digest = models.CharField(max_length=64, unique=True, editable=False)
    address = models.CharField("网址", max_length=LONGEST_ADDRESS)
    asked_for_at = models.DateTimeField("最近用到", auto_now_add=True, db_index=True)
    due_at = models.DateTimeField("待查时间", null=True, db_index=True)
    checked_at = models.DateTimeField("核查时间", null=True)
    failures = models.PositiveSmallIntegerField("连续失败", default=0)
    failure = models.CharField("失败原因", max_length=200, blank=True)

    public = NotPublic("what the newsroom knows of other sites")

    class Meta:
        verbose_name = "链接"
        verbose_name_plural = "链接"

    def __str__(self):
        return self.address

    @property
    def is_dead(self) -> bool:
        return self.failures >= TRIES


def digest_of(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()


def links_of(version) -> dict[str, str]:
    """The addresses on other sites in an article, each with the place where it stands first; at most `MOST_LINKS`."""
    found: dict[str, str] = {}
    for address, block in outside_addresses(version.body.raw_data):
        if len(address) <= LONGEST_ADDRESS:
            found.setdefault(address, f"body:{block}")
        if len(found) == MOST_LINKS:
            break
    return found


def known_links(addresses: Iterable[str]) -> dict[str, CheckedLink]:
    rows = CheckedLink.objects.filter(digest__in=[digest_of(address) for address in addresses])
    return {link.address: link for link in rows}


def ask_for_links(addresses: Sequence[str]) -> int:
    """Have the worker ask for those whose answer is not fresh. How many wait for it. Three queries at most."""
    if not addresses:
        return 0
    now, known = timezone.now(), known_links(addresses)
    new = [a for a in addresses if a not in known]
    CheckedLink.objects.bulk_create(
        [CheckedLink(digest=digest_of(address), address=address, due_at=now) for address in new],
        ignore_conflicts=True,
    )
    old = [
        link.pk
        for link in known.values()
        if link.due_at is None and (link.checked_at is None or link.checked_at < now - FRESH)
    ]
    if old:
        CheckedLink.objects.filter(pk__in=old).update(due_at=now, asked_for_at=now)
    if new or old:
        transaction.on_commit(wake, robust=True)  # whoever asks the other sites waits
    waiting = [link for link in known.values() if link.due_at is not None and link.checked_at is None]
    return len(new) + len(old) + len(waiting)


class DeadLinkCheck(PublicationCheck):
    """What the article leads to is there."""

    label = "链接"
    asks_editors = True
    rules = (PublishingRule("link.dead", "链接能打开"),)

    def findings(self, version, revision, by) -> Iterator[Finding]:
        places = links_of(version)
        for address, link in known_links(places).items() if places else ():
            if link.is_dead:
                yield Finding(
                    "link.dead", f"链接 {address[:80]} 打不开：{link.failure}。", place=places[address]
                )


def status_of(address: str) -> int:
    """The status with which `address` answers in the end. Raises `Unreachable`, also for a status that says it is gone."""
    status = ask(address, RULES, headers={"User-Agent": AGENT, "Accept": "*/*"}).status
    if 200 <= status < 300 or status in ANSWERS:
        return status
    raise Unreachable(f"返回状态 {status}", f"status {status}")


def links_are_due() -> bool:
    return CheckedLink.objects.filter(due_at__lte=timezone.now()).exists()


def check_due_links(status_of: Callable[[str], int] = status_of) -> bool:
    """Ask for the link that waits longest; whether there was one. A job of the clock: one worker runs it at a time."""
    now = timezone.now()
    link = CheckedLink.objects.filter(due_at__lte=now).order_by("due_at").first()
    if link is None:
        return False
    try:
        status_of(link.address)
    except Unreachable as error:
        link.failures, link.failure = min(link.failures + 1, 1000), str(error)[:200]
        link.due_at = now + AGAIN if link.failures < TRIES else None
    else:
        link.failures, link.failure, link.due_at = 0, "", None
    link.checked_at = now
    link.save(update_fields=["failures", "failure", "due_at", "checked_at"])
    return True


def forget_links() -> None:
    """Forget what no article has asked about for a while."""
    CheckedLink.objects.filter(asked_for_at__lt=timezone.now() - KEPT).delete()
