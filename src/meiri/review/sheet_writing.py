"""Write the sheet of each version that is published, in the transaction of its publication.

The document's format is `meiri-review-sheet/1`; docs/review.md says what its fields are.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils import timezone
from wagtail.models import Revision

from meiri.journal.encoding import canonical
from meiri.newsroom.ai_record import marks_in_words
from meiri.newsroom.article_choices import AiUse
from meiri.newsroom.models import Article
from meiri.review.after_checks import AfterCheck
from meiri.review.chains import Lane, has_chains
from meiri.review.margin_noting import notes_since
from meiri.review.review_rules import persons_of
from meiri.review.review_sheets import ReviewSheet, SheetDay
from meiri.review.reviewed_publication import Reviewed, reason_unreviewed
from meiri.review.reviewed_texts import changes_between, digests_of_parts, length_of_body, words_of
from meiri.review.sheet_signing import SheetKeys, journal_keys, sign
from meiri.review.sheet_values import as_moment, as_person
from meiri.review.states import ReviewState, states_of

FORMAT = "meiri-review-sheet/1"
NO_CHAIN = "没有适用的审校流程"


def write_sheets(articles: Sequence[Article], by) -> Sequence[list[str] | None]:
    """The number and digest of the sheet of each article, whose `live_revision` is published now by `by`; None where the newsroom
    has no chains."""
    if not articles or not has_chains():
        return [None] * len(articles)
    now, keys = timezone.now(), journal_keys()
    sheets = [
        _sheet(article, by, number, now, keys)
        for article, number in zip(articles, _numbers(len(articles)), strict=True)
    ]
    ReviewSheet.objects.bulk_create(sheets)
    for article, sheet in zip(articles, sheets, strict=True):
        _plan_after_check(article, sheet, now)
    return [[sheet.number, sheet.digest] for sheet in sheets]


def parts_of(document: dict[str, Any]) -> dict[str, str]:
    """The digest of each value of a document by its path (RFC 6901), so that a check can name the one that was changed."""
    return {path: hashlib.sha256(canonical(value)).hexdigest()[:16] for path, value in _leaves(document, "")}


def value_at(document: dict[str, Any], path: str) -> Any:
    """The value of a document at one of the paths of `parts_of`."""
    value: Any = document
    for name in path.split("/")[1:]:
        key = name.replace("~1", "/").replace("~0", "~")
        value = value[int(key)] if isinstance(value, list) else value[key]
    return value


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    match value:
        case dict() if value:
            for name, inner in value.items():
                yield from _leaves(inner, f"{path}/{name.replace('~', '~0').replace('/', '~1')}")
        case list() if value:
            for number, inner in enumerate(value):
                yield from _leaves(inner, f"{path}/{number}")
        case _:
            yield path, value


def _numbers(count: int) -> Iterable[str]:
    today = timezone.localdate()
    SheetDay.objects.get_or_create(day=today)
    day = SheetDay.objects.select_for_update().get(day=today)
    first, day.last = day.last + 1, day.last + count
    day.save()
    return [f"{today:%Y%m%d}-{number:04d}" for number in range(first, first + count)]


def _sheet(article: Article, by, number: str, now: datetime, keys: SheetKeys) -> ReviewSheet:
    revision: Any = article.live_revision
    content = _plain(revision.content)
    reviewed: Reviewed | None = getattr(revision, "reviewed", None)
    unreviewed = "" if reviewed else reason_unreviewed(by) or NO_CHAIN
    document = {
        "format": FORMAT,
        "number": number,
        "key": keys.ed25519,
        **({"sm2_key": keys.sm2} if keys.sm2 else {}),
        "article": _article(article, content),
        "text": _text(revision, content, reviewed),
        "unreviewed": unreviewed,
        "publication": {
            "at": as_moment(now),
            "by": as_person(by),
            "address": article.get_absolute_url(),
        },
        **(_reviews(article, revision, reviewed) if reviewed else {}),
    }
    encoded = canonical(document)
    signatures = sign(encoded)
    return ReviewSheet(
        number=number,
        day=timezone.localdate(now),
        article=article,
        revision_number=revision.pk,
        published_at=now,
        channel_id=article.channel_id,
        title=article.title,
        unreviewed=unreviewed,
        excepted=bool(reviewed and reviewed.exception),
        document=encoded.decode(),
        digest=hashlib.sha256(encoded).hexdigest(),
        signature=signatures.ed25519,
        sm2_signature=signatures.sm2,
        parts={} if unreviewed else parts_of(document),
    )


def _article(article: Article, content: dict) -> dict[str, Any]:
    source, editor = article.source, article.editor
    return {
        "id": article.pk,
        "title": article.title,
        "kicker": article.kicker,
        "subtitle": article.subtitle,
        "kind": article.get_kind_display(),
        "origin": article.get_origin_display(),
        "channel": article.channel.name if article.channel else "",
        "station": article.home_station.name if article.home_station else "",
        "places": [station.name for station in article.stations.all()],
        "dateline": article.dateline,
        "authors": [
            {"name": byline.author.name, "credit": byline.credit, "role": byline.author.role}
            for byline in article.bylines.all()
        ],
        "editor": editor.name if editor else "",
        "source": source.name if source else "",
        "licence": source.licence if source else "",
        "original_title": article.original_title,
        "original_url": article.original_url,
        "characters": length_of_body(content),
        "ai": article.ai_label,
        **_ai_record(article),
    }


def _ai_record(article: Article) -> dict[str, Any]:
    """The record of AI and who checked it; nothing where AI was not used."""
    if article.ai_use in ("", AiUse.NONE):
        return {}
    checked_by = as_person(article.ai_checked_by) if article.ai_checked_by else None
    return {
        "ai_use": article.get_ai_use_display(),
        "ai_kinds": [kind.label for kind in article.kinds_of_ai],
        "ai_blocks": marks_in_words(article.ai_blocks, article.body.raw_data),
        "ai_checked_by": checked_by,
    }


def _text(revision: Revision, content: dict, reviewed: Reviewed | None) -> dict[str, Any]:
    """What was published: the revision, its digest without and with what it names, and the digest of each of its parts."""
    text = reviewed.record.text if reviewed else None
    return {
        "revision": revision.pk,
        "content": words_of(content),
        "words": text.words if text else "",
        "credits": text.credits if text else "",
        "parts": {name: value[:16] for name, value in digests_of_parts(content).items()} if text else {},
    }


def _reviews(article: Article, revision: Revision, reviewed: Reviewed) -> dict[str, Any]:
    record, exception = reviewed.record, reviewed.exception
    since = ReviewSheet.objects.filter(article=article.pk).order_by("-pk").first()
    states = states_of(article).exclude(verdict="").select_related("task", "finished_by", "acting_for")
    standing = {adoption.state for adoption in record.standing.values()}
    if since:
        # A text that came back to what it was stands by reviews from before.
        states = states.filter(Q(finished_at__gt=since.published_at) | Q(pk__in=standing))
    shown = list(states)
    return {
        "chain": {
            "name": reviewed.chain.name,
            "lane": Lane(reviewed.chain.lane).label,
            "steps": [step.name for step in record.steps],
            "missing": [step.name for step in record.missing],
        },
        "unchanged": reviewed.unchanged,
        "writers": [as_person(user) for user in _users(record.writers)],
        "reviews": [_review(state, state.pk in standing) for state in shown],
        "changes": list(_changes(shown, revision)),
        "notes": notes_since(article, since.published_at if since else None),
        "exceptions": [
            {
                "reason": exception.reason,
                "by": as_person(exception.by),
                "at": as_moment(exception.at),
                "missing": exception.missing,
            }
        ]
        if exception
        else [],
    }


def _review(state: ReviewState, stands: bool) -> dict[str, Any]:
    return {
        "step": state.task.name,
        "by": as_person(state.finished_by),
        "role": state.role,
        "acting_for": as_person(state.acting_for) if state.acting_for_id else None,
        "waiting_since": as_moment(state.started_at),
        "opened_at": as_moment(state.opened_at),
        "decided_at": as_moment(state.finished_at),
        "verdict": state.get_verdict_display(),
        "opinion": state.comment,
        "marks": state.marks,
        "checked": state.checked,
        "sent_back_to": state.sent_back_to,
        "revision": state.revision_id,
        "words": state.words,
        "stands": stands,
        "void": state.void_reason,
    }


def _changes(states: Iterable[ReviewState], published: Revision) -> Iterator[dict[str, Any]]:
    """What was changed between one review and the next, and after the last."""
    before: ReviewState | None = None
    for state in states:
        if before is not None and before.words != state.words:
            yield _change(before.revision, state.revision)
        before = state
    if before is None or before.revision_id == published.pk:
        return
    if (last := _change(before.revision, published))["lines"]:
        yield last


def _change(old: Revision, new: Revision) -> dict[str, Any]:
    return {
        "from": old.pk,
        "to": new.pk,
        "by": as_person(new.user),
        "lines": changes_between(_plain(old.content), _plain(new.content)),
    }


def _plan_after_check(article: Article, sheet: ReviewSheet, now: datetime) -> None:
    """What went out by a chain that looks at it again afterwards has to be looked at again."""
    reviewed: Reviewed | None = getattr(article.live_revision, "reviewed", None)
    minutes = reviewed.chain.check_after if reviewed else None
    if not reviewed or not minutes:
        return
    check = AfterCheck.objects.create(
        article=article,
        revision_number=sheet.revision_number,
        sheet_number=sheet.number,
        began_at=now,
        due_at=now + timedelta(minutes=minutes),
    )
    record = reviewed.record
    reviewers = {person for adoption in record.standing.values() for person in persons_of(adoption)}
    check.barred.set(record.writers | reviewers)


def _users(keys: Iterable[int]):
    return get_user_model().objects.filter(pk__in=keys).order_by("pk")


def _plain(content: Any) -> dict:
    """The content of a revision as it is stored; that of one which was just made may hold more than JSON knows."""
    return json.loads(json.dumps(content, default=str))
