"""What stands before every publication: the check of the reviews, and the sheet that is written with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from meiri.newsroom.models import Article
from meiri.newsroom.publication_checks import Finding, PublicationCheck
from meiri.review.chains import ReviewChain, chain_of, has_chains
from meiri.review.review_exceptions import ReviewException
from meiri.review.review_records import record_of
from meiri.review.review_rules import ReviewRecord, faults_of_publication
from meiri.review.reviewed_texts import Content, words_of

# Why what is published now needs no reviews: what the system brings in from elsewhere.
_unreviewed: ContextVar[str] = ContextVar("unreviewed", default="")


@contextmanager
def publishing_unreviewed(reason: str) -> Iterator[None]:
    """Within the block the system, that is no user, publishes without reviews; each sheet says so and why."""
    token = _unreviewed.set(reason)
    try:
        yield
    finally:
        _unreviewed.reset(token)


def reason_unreviewed(by) -> str:
    """Why a publication by `by` needs no reviews; empty where it does."""
    return _unreviewed.get() if by is None else ""


def excepts(article_id: int, record: ReviewRecord) -> ReviewException | None:
    """The exception that lets this very text pass."""
    granted = ReviewException.objects.filter(
        article=article_id, words=record.text.words, credits=record.text.credits
    )
    return granted.order_by("pk").last()


@dataclass(frozen=True)
class Reviewed:
    """What the check found about a version that is to be published."""

    chain: ReviewChain
    record: ReviewRecord
    exception: ReviewException | None
    unchanged: bool = False


def is_unchanged(stored: Article, content: Content) -> bool:
    """Whether readers see this very text already: what is new is where it stands, or when it ends."""
    if not stored.live or stored.live_revision is None:
        return False
    live = stored.live_revision.content
    answerable = all(live.get(name) == content.get(name) for name in ("editor", "ai_checked_by"))
    return answerable and words_of(live) == words_of(content)


class ReviewCheck(PublicationCheck):
    """三审三校: a version is published when each step of its chain was done on this very text."""

    label = "三审三校"

    def findings(self, version, revision, by):
        if revision is None or reason_unreviewed(by):
            return
        chain = chain_of(version, revision)
        if chain is None:
            if has_chains():
                yield Finding(
                    "review.no_chain",
                    "这个频道没有设审校流程，发布后审稿单会注明“未经本站审校”。",
                    place="channel",
                    stops=False,
                )
            return
        stored = Article.objects.get(pk=version.pk)
        record = record_of(stored, chain.rule_steps(), revision)
        faults, exception = list(faults_of_publication(record)), excepts(version.pk, record)
        # Once it is published, who wrote it since the last time can't be told any more: the sheet has it from here.
        unchanged = is_unchanged(stored, revision.content)
        revision.reviewed = Reviewed(chain, record, exception if faults else None, unchanged)
        if faults and exception is None and not unchanged:
            yield Finding(
                "review.missing",
                f"{'；'.join(faults)}（{chain.name}）。请送审，审校完成后再发布。",
            )
