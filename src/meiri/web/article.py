"""The article page."""

import io
from collections.abc import Callable, Sequence
from functools import lru_cache

import segno
from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from taggit.models import Tag

from meiri.delivery.editions import is_for_minors
from meiri.delivery.keys import uses
from meiri.delivery.omissions import optional
from meiri.delivery.rendering import page
from meiri.fronts.topics import topic_links
from meiri.journal.content_keys import ARTICLE, BESIDE, RELATED
from meiri.newsroom.body.pictures import feed_address
from meiri.newsroom.body.stream import keys_in_body
from meiri.newsroom.changes import changed_at, would_be_changed
from meiri.newsroom.corrections import Correction, corrections_of
from meiri.newsroom.models import Article, Byline
from meiri.newsroom.reading import ListedIn, Signature, article_to_read, listed_in, signatures_of, tags_of
from meiri.search.related_reading import reading_after, shown
from meiri.search.shown_versions import versions_of
from meiri.sections.minors import is_set_apart
from meiri.sections.models import Subsection
from meiri.syndication.structured_data import breadcrumb_list, news_article
from meiri.web.breadcrumbs import breadcrumbs
from meiri.web.minors_notice import minors_notice


def article_once_published(article_id: int) -> Article:
    """The article, live or withdrawn. Raises `Http404` where it never was published."""
    try:
        article = article_to_read(article_id)
    except Article.DoesNotExist:
        raise Http404 from None
    if not article.live and article.first_published_at is None:
        raise Http404
    return article


@page
def article(request, channel, year, day, article_id):
    """The page of one article. Its key is what counts: another channel or date in the address redirects. Where the article may harm
    minors, there is a notice with the way on to its text."""
    return page_of(request, article_id, Article.get_absolute_url, shows_text=False)


@page
def set_apart_article(request, channel, year, day, article_id):
    """The text of an article that may harm minors, behind its notice. Of any other, the way to its page."""
    return page_of(request, article_id, text_address, shows_text=True)


def text_address(article: Article) -> str:
    """Where the text of an article stands: behind the notice, where it has one."""
    address = article.get_absolute_url()
    return f"{address.removesuffix('.html')}/quanwen.html" if address and is_set_apart(article) else address


def page_of(request, article_id: int, address_of: Callable[[Article], str], shows_text: bool):
    """The page of an article at the address that `address_of` gives; any other leads there."""
    article = article_once_published(article_id)
    if not article.live:
        return render(request, "web/withdrawn.html", {"article": article}, status=410)
    uses(article.content_key)
    if request.path != (address := address_of(article)):
        # Whether there is a notice may change.
        leads = HttpResponseRedirect if shows_text else HttpResponsePermanentRedirect
        return leads(address)
    if is_set_apart(article) and (not shows_text or is_for_minors()):
        return minors_notice(request, article, text_address(article))
    uses(BESIDE.key(article.pk))
    note_what_it_shows(article)
    tags = tags_of(article)
    listed = ListedIn([], [], [])
    with optional("地方站与专题"):
        listed = listed_in(article)
    context = article_context(
        article, signatures_of(article), tags, corrections_of(article.pk), listed.subsections
    )
    context["changed_at"] = changed_at(article)
    context["was_changed"] = context["changed_at"] is not None
    context["stations"] = listed.stations
    with optional("专题"):
        context["topics"] = topic_links(listed.topics)
    with optional("更多推荐"):
        context |= further_reading(article, tags)
    with optional("相关版本"):
        context["versions"] = versions_of(article.pk)
    return render(request, "web/article.html", context)


def note_what_it_shows(article: Article) -> None:
    """Name what else a change of the page may come from: the source, its documents. Pictures name themselves."""
    if article.source:
        uses(article.source.content_key)
    if article.editor:
        uses(article.editor.byline_key)
    uses(*keys_in_body(article.body.raw_data))


def further_reading(article: Article, tags: Sequence[Tag]) -> dict:
    """What stands below an article: the older and the newer of its channel, and related ones, those of the same event by
    themselves. Two queries, three where related ones were not worked out yet."""
    older, newer, related, same_event = reading_after(article, tags)
    # Those on the list that are withdrawn are named too: they may come back.
    uses(RELATED.key(article.pk), *(ARTICLE.key(key) for key in related))
    keys = dict.fromkeys(i for i in (older, newer, *related) if i)
    cards = {card.pk: card for card in Article.objects.in_order(list(keys))}
    recommended = shown(article, [cards[i] for i in related if i in cards])
    return {
        "older": cards.get(older or 0),
        "newer": cards.get(newer or 0),
        "same_event": [card for card in recommended if card.pk in same_event],
        "related": [card for card in recommended if card.pk not in same_event],
    }


def article_context(
    article: Article,
    bylines: Sequence[Signature | Byline],
    tags: Sequence[Tag],
    corrections: Sequence[Correction] = (),
    subsections: Sequence[Subsection] = (),
) -> dict:
    own = [(one.name, one.get_absolute_url()) for one in subsections if one.channel_id == article.channel_id]
    crumbs = breadcrumbs([article.channel, *own[:1], (article.title, article.get_absolute_url())])
    # What is set apart is shown to nobody but its readers: no search engine, no app that draws a card of a link.
    picture = None if is_set_apart(article) else article.picture
    share_image = feed_address(picture) if picture else ""
    uses(*(byline.author.byline_key for byline in bylines))
    standing = [correction for correction in corrections if not correction.withdrawn_at]
    structured: list[dict] = []
    if article.published_at and not is_set_apart(article):
        with optional("结构化数据"):
            structured = [news_article(article, bylines, share_image, standing), breadcrumb_list(crumbs)]
    return {
        "article": article,
        "bylines": bylines,
        "tags": tags,
        "crumbs": crumbs,
        "corrections": corrections,
        "share_image": share_image,
        "structured": structured,
    }


def preview(request, article: Article):
    """The page as it would be, for the admin's preview; the article may be unsaved."""
    bylines = list(article.bylines.select_related("author")) if article.pk else []
    below = list(article.subsections.all()) if article.pk else []
    context = article_context(article, bylines, list(article.tags.all()), subsections=below)
    was_changed = would_be_changed(article)
    context |= {"is_preview": True, "was_changed": was_changed}
    if was_changed:
        context["changed_at"] = timezone.now()
    return render(request, "web/article.html", context)


@page
def pinyin(request, article_id):
    """The title and text of an article with pinyin above each character: a piece of its page."""
    article = article_once_published(article_id)
    if not article.live:
        raise Http404
    uses(article.content_key, *keys_in_body(article.body.raw_data))
    return render(request, "web/pinyin.html", {"article": article})


@page
def qr(request, article_id):
    """The address of an article as a QR code (SVG), made here."""
    uses(ARTICLE.key(article_id))
    article = get_object_or_404(Article.objects.live().select_related("channel"), pk=article_id)
    return qr_code(article.full_url)


@page
def site_qr(request):
    """The address of the site as a QR code."""
    return qr_code(settings.BASE_URL + "/")


def qr_code(address: str) -> HttpResponse:
    return HttpResponse(
        drawn_code(address), content_type="image/svg+xml", headers={"Cache-Control": "public, max-age=86400"}
    )


@lru_cache(maxsize=256)
def drawn_code(address: str) -> bytes:
    """The code as SVG, some kilobytes. To find its pattern takes longer than all else of its page, which is made again with each
    change of the article."""
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", scale=4, border=2, light="#fff", xmldecl=False)
    return out.getvalue()
