"""Embargoes (禁发): until its time nothing of an article leaves the newsroom, by whatever door and whoever asks.

Readers see published articles alone, so it is the publication that is stopped: every way to publish asks the check below. What
only an embargoed article shows, its pictures and documents, is withheld from their addresses too.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from time import monotonic

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Model
from django.utils import timezone
from wagtail.documents.models import Document
from wagtail.log_actions import log
from wagtail.models import ReferenceIndex

from meiri.journal.content_keys import DOCUMENT, PICTURE, ContentKey
from meiri.media.models import Picture
from meiri.newsroom.body.stream import body_of, keys_in_body
from meiri.newsroom.clock import in_words
from meiri.newsroom.listing import scheduled_versions
from meiri.newsroom.models import Article
from meiri.newsroom.publication_checks import Finding, PublicationCheck, register_check
from meiri.policy import check

# The deeds of the log.
EMBARGOED, EMBARGO_LIFTED = "newsroom.embargoed", "newsroom.embargo_lifted"
LONGEST = timedelta(days=3 * 366)
# So many embargoed articles are looked through for what is withheld with them.
MOST_ARTICLES = 500
# For so many seconds a process keeps what is withheld.
KEPT = 1.0


def is_embargoed(article: Article) -> bool:
    return article.embargo_until is not None and article.embargo_until > timezone.now()


@transaction.atomic
def set_embargo(article: Article, until: datetime, by) -> None:
    """Keep `article` in the newsroom until a moment; who may publish it may also bring that forward. `by` None: the system, for
    whoever the copy came from. Raises `PermissionDenied`, and
    `ValidationError` with a sentence where readers see it already, or a version is to go live before."""
    stored = Article.objects.select_for_update().get(pk=article.pk)
    is_earlier = is_embargoed(stored) and stored.embargo_until is not None and until < stored.embargo_until
    if by is not None:
        check(by, "publish" if is_earlier else "change", stored)
    now = timezone.now()
    if not now < until < now + LONGEST:
        raise ValidationError("禁发时间要在今后三年以内。")
    if stored.live:
        raise ValidationError("稿件已经发布，不能设禁发；需要收回请撤稿。")
    due = scheduled_versions().filter(object_id=str(stored.pk), approved_go_live_at__lt=until).first()
    if due is not None and due.approved_go_live_at is not None:
        raise ValidationError(f"稿件定于{in_words(due.approved_go_live_at)}发布，早于禁发时间，请先改定时。")
    _store(article, until, by)
    log(article, EMBARGOED, user=by, data={"until": until.isoformat()})


@transaction.atomic
def lift_embargo(article: Article, by) -> None:
    """Let the article be published at any time. `by` None: the system. Raises `PermissionDenied`."""
    if by is not None:
        check(by, "publish", article)
    if Article.objects.filter(pk=article.pk, embargo_until__isnull=False).exists():
        _store(article, None, None)
        log(article, EMBARGO_LIFTED, user=by)


def _store(article: Article, until: datetime | None, by) -> None:
    """An embargo is of the article as a whole, not of a version: whatever version is published, it holds."""
    Article.objects.filter(pk=article.pk).update(embargo_until=until, embargo_by=by)
    article.embargo_until, article.embargo_by = until, by
    _withheld.clear()


class EmbargoCheck(PublicationCheck):
    label = "禁发期"

    def findings(self, version, revision, by) -> Iterator[Finding]:
        until = Article.objects.filter(pk=version.pk).values_list("embargo_until", flat=True).first()
        if until is not None and max(timezone.now(), version.go_live_at or timezone.now()) < until:
            yield Finding(
                "embargo",
                f"稿件禁发至{in_words(until)}，请把上线时间定在那以后，或请有发布权限的编辑解除禁发",
                place="go_live_at",
            )

    def findings_of_entries(self, entries) -> Iterator[tuple[int, Finding]]:
        shown = [(number, set(keys_in_body(entry.body))) for number, entry in enumerate(entries)]
        if not any(keys for _number, keys in shown):
            return
        kept = withheld_media(besides=type(entries[0].row))
        for number, keys in shown:
            if keys & kept:
                yield number, Finding("embargo", "图片或文件只用在禁发的稿件里，解禁之前不能发")


register_check(EmbargoCheck())

_withheld: dict[str, tuple[float, frozenset[ContentKey]]] = {}


def is_withheld(key: str) -> bool:
    """Whether the picture or document of the content key is shown by embargoed articles alone. No query within a second of
    the last look."""
    known = _withheld.get("all")
    if known is None or known[0] < monotonic():
        known = _withheld["all"] = (monotonic() + KEPT, withheld_media())
    return key in known[1]


def is_withheld_picture(key: str) -> bool:
    """As above; while the database is away it is what the last look found. Readers' pictures are shown then too: what protects the
    others, where there was no look, is their names."""
    try:
        return is_withheld(key)
    except (OperationalError, InterfaceError):
        known = _withheld.get("all")
        return known is not None and key in known[1]


def withheld_media(besides: type[Model] | None = None) -> frozenset[ContentKey]:
    """The content keys of the pictures and documents that embargoed articles use, and nothing that readers may see does; rows of the
    model `besides` are not asked. One query where there is no embargo."""
    now = timezone.now()
    embargoed = Article.objects.filter(embargo_until__gt=now).select_related("latest_revision")
    articles = list(embargoed.order_by("embargo_until")[:MOST_ARTICLES])
    if not articles:
        return frozenset()
    keys = {key for article in articles for key in _media_of(article)}
    return frozenset(keys - _used_elsewhere(keys, {str(article.pk) for article in articles}, besides))


def _media_of(article: Article) -> Iterator[ContentKey]:
    """What an article and its newest version show."""
    content = article.latest_revision.content if article.latest_revision else {}
    for number in (article.picture_id, content.get("picture")):
        if number:
            yield PICTURE.key(number)
    for body in (article.body.raw_data, body_of(content)):
        yield from (key for key in keys_in_body(body) if PICTURE.matches(key) or DOCUMENT.matches(key))


def _used_elsewhere(
    keys: Iterable[ContentKey], embargoed: set[str], besides: type[Model] | None
) -> set[ContentKey]:
    """Those of `keys` that other things than embargoed articles use, rows of `besides` left out."""
    found: set[ContentKey] = set()
    own = ContentType.objects.get_for_model(Article)
    for form, model in ((PICTURE, Picture), (DOCUMENT, Document)):
        numbers = [str(number) for number in form.numbers(keys)]
        references = ReferenceIndex.objects.filter(
            to_content_type=ContentType.objects.get_for_model(model), to_object_id__in=numbers
        ).exclude(content_type=own, object_id__in=embargoed)
        if besides is not None:
            references = references.exclude(content_type=ContentType.objects.get_for_model(besides))
        found |= {form.key(number) for number in references.values_list("to_object_id", flat=True).distinct()}
    return found
