"""The bodies of articles as HTML that stands by itself in other people's programs."""

import re
from collections.abc import Sequence

from django.conf import settings
from wagtail.rich_text import expand_db_html

from meiri.delivery.omissions import optional
from meiri.ingest.sanitise import UNPRINTABLE, clean
from meiri.media.models import Picture
from meiri.newsroom.ai_record import ai_words
from meiri.newsroom.blocks import blocks_of
from meiri.newsroom.body.block import escaped
from meiri.newsroom.body.pictures import feed_address, feed_figure
from meiri.newsroom.cards import CardPicture
from meiri.newsroom.models import Article

# Formulas and units read otherwise without them.
_MORE_TAGS = frozenset({"sup", "sub", "hr"})
# An address of the site's own, in a link or picture.
_OWN_ADDRESS = re.compile(r'(<(?:a|img)(?: [a-z]+="[^"]*")*? (?:href|src)=")/(?!/)')
# Printable text never holds it.
_BETWEEN = "\x1e"


def bodies_of(articles: Sequence[Article]) -> list[str]:
    """The body of each of `articles` as clean HTML with whole addresses.

    A query for each kind of thing that the bodies hold (pictures, galleries, files, links to pages), however many
    the articles are.
    """
    if not articles:
        return []
    streams = _streams(articles)
    rough = [_html(article, body) for article, body in zip(articles, streams, strict=True)]
    whole = expand_db_html(_BETWEEN.join(printable(html) for html in rough))
    whole = _OWN_ADDRESS.sub(rf"\g<1>{settings.BASE_URL}/", whole)
    return [clean(html, _MORE_TAGS) for html in whole.split(_BETWEEN)]


def _streams(articles: Sequence[Article]) -> Sequence:
    """The bodies with what they hold read at once; each by itself where one is not as its blocks should be."""
    try:
        return articles[0].body.stream_block.bulk_to_python([list(a.body.raw_data) for a in articles])
    except (AttributeError, KeyError, TypeError, ValueError):
        return [article.body for article in articles]


def picture_url(picture: Picture | CardPicture) -> str:
    """The whole address of a picture in a format that every program knows."""
    return whole_address(feed_address(picture))


def printable(text: str) -> str:
    """`text` without characters that XML can't hold: one of them would make a whole document unreadable."""
    return UNPRINTABLE.sub("", text)


def whole_address(address: str) -> str:
    own = address.startswith("/") and not address.startswith("//")
    return settings.BASE_URL + address if own else address


def _html(article: Article, body) -> str:
    parts = (
        [feed_figure(article.picture, article.picture.caption, article.picture.credit)]
        if article.picture
        else []
    )
    if article.ai_label:
        parts.insert(0, f"<p>{escaped(article.ai_label)}</p>")
    if article.dateline:
        parts.append(f"<p>{escaped(article.dateline)}</p>")
    marks = article.ai_marks
    for block in blocks_of(body, "正文"):
        with optional("正文"):
            if block.value and block.id in marks:
                parts.append(f"<p>（{ai_words(block, marks[block.id])}）</p>")
            parts.append(block.block.feed_html(block.value) if block.value else "")
    return "\n".join(filter(None, parts))
