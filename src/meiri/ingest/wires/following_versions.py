"""What a new version of a story does to what came of it: updates, corrections, embargoes, kills."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from meiri.ingest.importing import import_items
from meiri.ingest.items import Item
from meiri.ingest.parsed import ParsedArticle, Unreadable
from meiri.ingest.stream import as_stream
from meiri.ingest.wire_facts import WireFacts
from meiri.ingest.wire_models import WireItem, WireVersion
from meiri.newsroom.article_locks import is_locked_for
from meiri.newsroom.clock import in_words
from meiri.newsroom.embargo import lift_embargo, set_embargo
from meiri.newsroom.models import Article
from meiri.operations.duty_roster import alarm_with_duty
from meiri.personal.notices import tell
from meiri.planning.deciding import drop_item
from meiri.planning.models import PlanState
from meiri.policy import check
from meiri.review.reminders import chiefs_of

MOST_VERSIONS = 20
MOST_TOLD = 40
LONGEST_BODY = 1_000_000


def note_version(row: WireItem, article: ParsedArticle, facts: WireFacts) -> WireVersion:
    """Keep a version as it came; of many the newest."""
    made = row.versions.create(
        version=facts.version,
        status=facts.status,
        is_correction=facts.is_correction,
        title=article.title[:255],
        body=article.body[:LONGEST_BODY],
        note=facts.note[:1000],
    )
    newest = row.versions.order_by("-pk").values_list("pk", flat=True)[:MOST_VERSIONS]
    row.versions.exclude(pk__in=list(newest)).delete()
    return made


def follow_version(row: WireItem, item: Item, facts: WireFacts) -> None:
    """Bring the article of a story up to date: as a new draft version where nobody of the newsroom has worked on it, else by a notice to
    those who do. Readers see nothing of it before somebody publishes it."""
    follow_embargo(row, facts)
    article = Article.objects.select_related("latest_revision__user").get(pk=row.article_id)
    if row.outcome == WireItem.Outcome.SAME or article.binned_at is not None:
        return
    if item.article is None or not is_untouched(article):
        row.outcome = WireItem.Outcome.WAITING
        what = "更正" if facts.is_correction else "新版"
        _tell_desk(row, article, f"《{article.title}》的通稿有{what}，请看要不要采用。")
        return
    try:
        with transaction.atomic():
            import_items(
                item.article,
                file=item.file,
                extras=item.extras,
                page=item.page,
                root=item.root,
                originals=item.originals,
                stored=item.pictures,
                updating=article,
            )
        row.outcome = WireItem.Outcome.UPDATED
    except Unreadable as error:
        row.outcome, row.reason = WireItem.Outcome.WAITING, error.reason[:300]


def is_untouched(article: Article) -> bool:
    """Whether an article stands as the wire wrote it: never published, not locked, and nobody saved a version."""
    newest = article.latest_revision
    return (
        not article.locked
        and article.first_published_at is None
        and (newest is None or newest.user_id is None)
        and not article.workflow_states.exists()
    )


def follow_embargo(row: WireItem, facts: WireFacts) -> None:
    """Give the article of a story the embargo that its wire says; one that an editor set stays where it is longer."""
    article = Article.objects.get(pk=row.article_id)
    until, now = facts.embargoed_until, timezone.now()
    theirs = article.embargo_by_id is None
    if (
        article.embargo_until
        and article.embargo_until > now
        and not theirs
        and not (until and until > article.embargo_until)
    ):
        return
    try:
        if until and until > now:
            if until != article.embargo_until:
                set_embargo(article, until, None)
        elif article.embargo_until and theirs and row.outcome != WireItem.Outcome.SAME:
            lift_embargo(article, None)
    except ValidationError as error:
        row.reason = "；".join(error.messages)[:300]
        if until:
            _tell_desk(row, article, f"《{article.title}》的通稿禁发至{in_words(until)}：{row.reason}")


def stop_story(row: WireItem, facts: WireFacts) -> None:
    """Stop what came of a story that its wire withdrew. A draft can't be published any more (`kill_check.py`); of what readers see
    the chief editors are told, who withdraw it by one button; a plan item is dropped."""
    row.outcome = WireItem.Outcome.STOPPED
    row.reason = facts.note[:300]
    if row.plan and row.plan.state not in (PlanState.PUBLISHED, PlanState.DROPPED):
        drop_item(row.plan, f"“{row.source}”撤销了通稿。", None)
    if row.article_id is None:
        return
    article = Article.objects.select_related("latest_revision__user").get(pk=row.article_id)
    if article.live:
        _tell(
            row,
            chiefs_of(article),
            alarm_with_duty(f"“{row.source}”撤销了已发布的《{article.title}》，请决定是否撤稿。"),
        )
    _tell_desk(row, article, f"“{row.source}”撤销了《{article.title}》，不能再发布。")


@transaction.atomic
def adopt_version(row: WireItem, by) -> Article:
    """Make the newest version of a story the newest draft of its article. Raises `PermissionDenied`, `ValidationError`."""
    stored = Article.objects.select_for_update().get(pk=row.article_id)
    check(by, "change", stored)
    version = row.versions.order_by("-pk").first()
    if version is None or not version.body or row.is_stopped:
        raise ValidationError("没有可以采用的新版。")
    if is_locked_for(stored, by):
        raise ValidationError("稿件已锁定，或正在审校、等待定时发布，没有改动。")
    article = stored.get_latest_revision_as_object()
    article.title = version.title[: Article._meta.get_field("title").max_length]
    article.body = as_stream(version.body, {})
    article.save_revision(user=by, clean=False)
    row.outcome, row.reason = WireItem.Outcome.UPDATED, ""
    row.save(update_fields=["outcome", "reason"])
    return article


def _tell_desk(row: WireItem, article: Article, text: str) -> None:
    """Tell whoever wrote the newest version of an article, and who made it."""
    people = {
        one.pk: one
        for one in (article.latest_revision and article.latest_revision.user, article.created_by)
        if one
    }
    _tell(row, people.values(), text)


def _tell(row: WireItem, people: Iterable, text: str) -> None:
    for person, _number in zip(people, range(MOST_TOLD), strict=False):
        tell(person, text, reverse("wires_item", args=[row.pk]))
