"""The article page."""

import io
from collections.abc import Sequence

import segno
from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, render
from taggit.models import Tag

from meiri.delivery.keys import uses
from meiri.newsroom.models import Article
from meiri.newsroom.river import Place, keys_beside
from meiri.search.related import related_to
from meiri.syndication.structured_data import breadcrumb_list, news_article
from meiri.web.breadcrumbs import breadcrumbs


def article(request, channel, year, day, article_id):
    """The page of one article. Its key is what counts: another channel or date in the address redirects."""
    article = get_object_or_404(
        Article.objects.select_related("channel", "source", "editor", "picture"), pk=article_id
    )
    if not article.live:
        if article.first_published_at is None:
            raise Http404
        return render(request, "web/withdrawn.html", {"article": article}, status=410)
    if request.path != article.get_absolute_url():
        return HttpResponsePermanentRedirect(article.get_absolute_url())
    uses(article.content_key, article.channel.content_key)
    context = article_context(article)
    return render(request, "web/article.html", context | further_reading(article, context["tags"]))


def further_reading(article: Article, tags: Sequence[Tag]) -> dict:
    """What stands below an article: the older and the newer of its channel, and related ones. Three queries."""
    older, newer = keys_beside(Place.channel(article.channel), article.cursor)
    related = related_to(article, tags)
    keys = dict.fromkeys(i for i in (older, newer, *related) if i)
    cards = {card.pk: card for card in Article.objects.in_order(list(keys))}
    return {
        "older": cards.get(older or 0),
        "newer": cards.get(newer or 0),
        "related": [cards[i] for i in related if i in cards],
    }


def article_context(article: Article) -> dict:
    crumbs = breadcrumbs([article.channel, (article.title, article.get_absolute_url())])
    picture = article.picture
    share_image = picture.sizes.url(1280, "jpeg") if picture and picture.sizes.widths else ""
    bylines = list(article.bylines.select_related("author")) if article.pk else []
    return {
        "article": article,
        "bylines": bylines,
        "tags": list(article.tags.all()),
        "crumbs": crumbs,
        "share_image": share_image,
        "structured": [news_article(article, bylines, share_image), breadcrumb_list(crumbs)]
        if article.published_at
        else [],
    }


def preview(request, article: Article):
    """The page as it would be, for the admin's preview; the article may be unsaved."""
    return render(request, "web/article.html", article_context(article) | {"is_preview": True})


def qr(request, article_id):
    """The address of an article as a QR code (SVG), made here."""
    article = get_object_or_404(Article.objects.live().select_related("channel"), pk=article_id)
    return qr_code(article.full_url)


def site_qr(request):
    """The address of the site as a QR code."""
    return qr_code(settings.BASE_URL + "/")


def qr_code(address: str) -> HttpResponse:
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", scale=4, border=2, light="#fff", xmldecl=False)
    return HttpResponse(
        out.getvalue(), content_type="image/svg+xml", headers={"Cache-Control": "public, max-age=86400"}
    )
