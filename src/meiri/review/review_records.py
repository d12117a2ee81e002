"""What the rules look at, read from the database: who saved which version, and who reviewed which text."""

from collections.abc import Iterable

from wagtail.models import ModelLogEntry, Revision, TaskState

from meiri.newsroom.models import Article, Author
from meiri.newsroom.saving import KEPT_ASIDE
from meiri.review.review_rules import Adoption, ReviewRecord, RuleStep, SavedVersion, TextDigest
from meiri.review.reviewed_texts import Content, text_of, words_of
from meiri.review.states import ReviewVerdict, states_of


def record_of(article: Article, steps: Iterable[RuleStep], revision: Revision | None = None) -> ReviewRecord:
    """What happened to `article` since it was published last, up to `revision`, or to its newest version.

    It reads each version since then: their number is that of how often it was saved. About nine queries.
    """
    steps = tuple(steps)
    # What readers see is asked of the row: a version knows only what it was when it was saved.
    article = Article.objects.select_related("live_revision", "latest_revision").get(pk=article.pk)
    revision = revision or article.latest_revision
    content = revision.content if revision else article.serializable_data()
    return ReviewRecord(
        steps,
        text_of(content),
        named=frozenset(signed_by(article, content)),
        base=words_of(article.live_revision.content) if article.live and article.live_revision else "",
        versions=tuple(_versions(article, revision)),
        adoptions=tuple(_adoptions(article, steps)),
    )


def signed_by(article: Article, content: Content) -> Iterable[int]:
    """The users who made the draft and who sign the version."""
    if article.created_by_id:
        yield article.created_by_id
    authors = [byline.get("author") for byline in content.get("bylines") or []]
    if authors:
        signing = Author.objects.filter(pk__in=authors, user__isnull=False)
        yield from signing.values_list("user_id", flat=True)


def _versions(article: Article, revision: Revision | None) -> Iterable[SavedVersion]:
    if revision is None:
        return
    versions = Revision.objects.for_instance(article).filter(pk__lte=revision.pk).order_by("pk")
    if article.live and article.live_revision_id:
        versions = versions.filter(pk__gt=article.live_revision_id)
    # What was kept beside the others because two changed the same is no version that led to this one.
    aside = ModelLogEntry.objects.for_instance(article).filter(action=KEPT_ASIDE, revision__isnull=False)
    versions = versions.exclude(pk__in=aside.values("revision"))
    for by, content in versions.values_list("user_id", "content").iterator(chunk_size=50):
        yield SavedVersion(by, words_of(content))


def _adoptions(article: Article, steps: tuple[RuleStep, ...]) -> Iterable[Adoption]:
    done = states_of(article).filter(
        status=TaskState.STATUS_APPROVED,
        verdict=ReviewVerdict.ADOPT,
        void_reason="",
        task__in=[step.key for step in steps],
        finished_by__isnull=False,
    )
    for state in done.only("task_id", "finished_by_id", "acting_for_id", "words", "credits"):
        yield Adoption(
            state.task_id,
            state.finished_by_id,
            TextDigest(state.words, state.credits),
            state.acting_for_id,
            state.pk,
        )
