"""`/poster/22.jpg`, the poster of an article, made here and stored like a page; `/card/22.jpg?quote=…`, a sentence of it as a card."""

import unicodedata
from datetime import timedelta

from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from meiri.delivery.keys import uses
from meiri.delivery.rendering import page
from meiri.identity import site_name
from meiri.journal.content_keys import ARTICLE
from meiri.newsroom.clock import local
from meiri.newsroom.models import Article
from meiri.newsroom.plain_text import paragraphs
from meiri.sections.minors import is_set_apart
from meiri.visitors.rate_limits import RateLimit
from meiri.web.article import article_once_published
from meiri.web.fonts import NoFonts
from meiri.web.poster_drawing import WIDTH, Poster, draw_poster

# Characters of a sentence that may be made a card.
SHORTEST, LONGEST = 6, 140
# A card is drawn each time, which takes a tenth of a second or two.
CARDS = RateLimit("card", 40, timedelta(hours=1))


@page
@require_safe
def poster(request: HttpRequest, article_id: int) -> HttpResponse:
    """The poster; 410 where the article is withdrawn, 404 where the machine can't draw one."""
    uses(ARTICLE.key(article_id))
    article = once_published(article_id)
    if not article.live:
        return HttpResponse(status=410)
    if article.source:
        uses(article.source.content_key)
    shown, picture = shown_of(article), picture_of(article)
    packet = b""
    if picture and article.picture:
        packet = article.picture.packet()
        if label := article.picture.label:
            shown["origin"] += f"　图片：{label.words}"
    return drawn(article, Poster(**shown, text=article.summary, picture=picture, packet=packet))


@require_safe
def card(request: HttpRequest, article_id: int) -> HttpResponse:
    """A card with words that stand in the article: with others nobody can make one."""
    article = once_published(article_id)
    if not article.live:
        return HttpResponse(status=410)
    quote = " ".join(request.GET.get("quote", "")[: 4 * LONGEST].split())
    if not SHORTEST <= len(quote) <= LONGEST or not stands_in(quote, article):
        return refused(request, "这句话不在正文里，或者太短、太长。请在正文里重新选一句。", 404)
    if not CARDS.hit_by_address(request):
        return refused(request, "做得太频繁了，请过一会儿再试。", 429)
    return drawn(article, Poster(**shown_of(article), text=quote, is_quote=True))


def once_published(article_id: int) -> Article:
    """The article, live or withdrawn. Raises `Http404` where it never was published, or may harm minors: a picture has no notice
    before it."""
    article = article_once_published(article_id)
    if is_set_apart(article):
        raise Http404
    return article


def shown_of(article: Article) -> dict:
    origin = article.source.name if article.source else site_name()
    day = f"{local(article.published_at):%Y-%m-%d}" if article.published_at else ""
    return {
        "site": site_name(),
        "kicker": article.kicker,
        "title": article.title,
        "origin": "　".join(filter(None, (origin, day))),
        "address": article.full_url,
    }


def picture_of(article: Article) -> bytes | None:
    sizes = article.picture.sizes if article.picture else None
    if not sizes or not sizes.widths:
        return None
    try:
        with default_storage.open(sizes.name(WIDTH, "jpeg")) as file:
            return file.read()
    except OSError:
        return None  # it was taken down meanwhile


def drawn(article: Article, poster: Poster) -> HttpResponse:
    try:
        content = draw_poster(poster)
    except NoFonts:
        raise Http404 from None
    return HttpResponse(content, content_type="image/jpeg", headers={"Cache-Control": "public, max-age=900"})


def stands_in(quote: str, article: Article) -> bool:
    """Whether the words stand in the text, however they are spaced."""
    texts = [article.title, article.summary, *paragraphs(article.body.raw_data)]
    return without_spaces(quote) in without_spaces("".join(texts))


def without_spaces(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def refused(request: HttpRequest, reason: str, status: int) -> HttpResponse:
    return render(request, "web/card_refused.html", {"reason": reason}, status=status)
