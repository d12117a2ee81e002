"""What a newsroom does to articles that readers can see: publish and withdraw.

Each deed is atomic and ends with one journal entry; nobody is called, consumers tail the journal.
"""

from collections.abc import Callable, Sequence
from datetime import UTC

from django.db import transaction
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from django.utils import timezone
from wagtail.actions.publish_revision import PublishPermissionError
from wagtail.models import Revision

from meiri.asked_words import asked_words
from meiri.changes.models import LONGEST_REASON, ChangeKind, PublishedChange, record_change
from meiri.changes.withdrawal_receipts import write_receipt
from meiri.journal.content_keys import CORRECTIONS
from meiri.journal.log import actor, append
from meiri.journal.recording import acting_user
from meiri.newsroom.article_keys import keys_at, keys_of
from meiri.newsroom.changes import ARTICLES, parts_changed
from meiri.newsroom.events import ArticlePublished, ArticleWithdrawn
from meiri.newsroom.models import Article
from meiri.newsroom.placing import offer_places, settle_places
from meiri.newsroom.published_texts import digest_of_article
from meiri.newsroom.river import delist, enlist
from meiri.newsroom.standing import standing_of
from meiri.policy import may
from meiri.sections.models import Channel, Station

# What keeps a record of how published versions were reviewed, inside their transaction: `(articles, by)` gives for each the number
# and the digest of its sheet (审稿单), or None for no record.
review_sheets: list[Callable[..., Sequence[list[str] | None]]] = []


def sheets_of(articles: Sequence[Article], by) -> Sequence[list[str] | None]:
    """The sheets of articles that are published now, each with its live revision."""
    for write in review_sheets:
        return write(articles, by)
    return [None] * len(articles)


@transaction.atomic
def publish(article: Article, by=None) -> Article:
    """Publish `article` as it stands, saving it as a revision first.

    `by` is the user, None for the system. Raises `ValidationError` where the article is not complete and
    `PublishPermissionError` where `by` may not publish.
    """
    article.full_clean()
    if article.pk is None:
        article.live = False
        article.save()
    goes_live = article.go_live_at is None
    article.save_revision(user=by, clean=False, goes_live=goes_live).publish(user=by)
    article.refresh_from_db()
    return article


@transaction.atomic
def withdraw(article: Article, reason: str, by=None) -> None:
    """Take a published article from the readers' site (撤稿). Its address then answers 410 with `reason`.

    It is withdrawn once: where it is not published any more, nothing changes. Raises `ValidationError` without a reason, or
    with one that is too long.
    """
    reason = asked_words(reason, LONGEST_REASON, "请写明撤稿原因。", "撤稿原因")
    stored = Article.objects.select_for_update().get(pk=article.pk)
    if stored.live:
        stored.withdrawal_reason = reason
        stored.unpublish(user=by)
    article.refresh_from_db()


def check_may_publish(article: Article, user, revision=None) -> None:
    """Raise `PublishPermissionError` where `user` may not publish at the home of this article, or at that of `revision`, the
    version which is to go live; None, the system, may. The other places are asked for, see `placing.settle_places`.
    """
    if user is None or (
        may(user, "publish", article)
        and (
            revision is None
            or article.home_station_id
            or may(user, "publish", article, Channel(pk=revision.content["channel"]))
        )
    ):
        return
    raise PublishPermissionError("您的采编分工不包括这篇稿件所在的频道或地方站，不能发布。")


def record_publication(article_id: int, revision, by, before: Article | None = None) -> None:
    """After `revision` went live: list the article and tell the journal. `before`: the article as it was, where it was published
    before. Runs inside the publishing transaction."""
    article = Article.objects.select_related("channel").get(pk=article_id)
    if not article.live or article.live_revision_id != revision.pk:  # scheduled for later
        # Whoever schedules it is asked for its places now: then it is the system that publishes.
        offer_places(article, Station.objects.filter(pk__in=revision.content.get("stations", [])), by)
        return
    settle_places(article, by)
    article = Article.objects.select_related("channel").get(pk=article_id)
    now = timezone.now()
    # Where a version that was to go live later is published before its time, it is of now.
    asked, article.published_at = article.published_at, min(article.published_at or now, now)
    if article.published_at != asked:
        # So that the version says by itself, to the letter, what was published.
        revision.content["published_at"] = article.published_at.astimezone(UTC).isoformat()
        Revision.objects.filter(pk=revision.pk).update(content=revision.content)
    change = record_article_change(article, before, by, revision) if before else None
    article.withdrawal_reason = ""
    Article.objects.filter(pk=article.pk).update(published_at=article.published_at, withdrawal_reason="")
    listed = keys_of(article, listed=True)
    if before and before.minors_risk != article.minors_risk:
        listed.append(CORRECTIONS)  # its corrections leave that list, or come back to it
    places = enlist(article)
    # What the checks before it noted about the version goes with it.
    article.live_revision = revision
    append(
        ArticlePublished(
            keys=list(dict.fromkeys(listed + keys_at(article, places, article.cursor))),
            title=article.title,
            url=article.get_absolute_url(),
            revision=article.live_revision_id,
            text=digest_of_article(article),
            sheet=sheets_of([article], by)[0],
            change=str(change.kind) if change else None,
            reason=change.reason if change else None,
        ),
        actor(by),
    )


def record_article_change(article: Article, before: Article, by, revision) -> PublishedChange | None:
    """Note what became of an article that readers had seen as `before`; None where they see the same. `revision` may have been
    compared by the checks before its publication."""
    if before.live:
        parts = getattr(revision, "parts_changed", None)
        if parts is None:
            parts = parts_changed(before, article)
        if not parts:
            return None
        kind, reason = article.change_kind or ChangeKind.UPDATE, article.change_reason.strip()
    else:
        parts, kind = [], ChangeKind.RESTORED
        reason = article.change_reason.strip()
    versions = (before.live_revision_id, revision.pk)
    return record_change(ARTICLES.name(article), kind, reason, by, parts, versions=versions)


def record_withdrawal(article: Article, by) -> None:
    """After an article was unpublished: note it among its changes, take it off the lists, tell the journal."""
    record_change(ARTICLES.name(article), ChangeKind.WITHDRAWN, article.withdrawal_reason, by)
    leave_lists(article, by)


def leave_lists(article: Article, by) -> None:
    """Take an article that readers see no more off the lists, with a receipt to be checked, and tell the journal."""
    keys = keys_of(article, listed=True)
    write_receipt(
        ARTICLES.name(article),
        article.title,
        article.withdrawal_reason,
        standing_of(article),
        [f"/{article.pk}.html"],
        by,
        article.get_absolute_url(),
        keys=keys,
    )
    delist(article)
    append(
        ArticleWithdrawn(
            keys=keys,
            title=article.title,
            reason=article.withdrawal_reason,
            url=article.get_absolute_url(),
        ),
        actor(by),
    )


@receiver(pre_delete, sender=Article)
def record_deletion(instance: Article, **details) -> None:
    """An article that readers see and that is deleted all the same, by whatever code, is withdrawn first."""
    if article := Article.objects.filter(pk=instance.pk, live=True).first():
        article.withdrawal_reason = "稿件已删除"
        leave_lists(article, by=acting_user())
