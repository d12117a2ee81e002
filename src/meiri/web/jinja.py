"""The template environment of the reader's site."""

import json
import re
from datetime import datetime
from functools import cache
from itertools import islice
from urllib.parse import quote, unquote

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from jinja2 import Environment
from jinja2.ext import Extension
from markupsafe import Markup
from wagtail.blocks.stream_block import StreamValue
from wagtail.rich_text import expand_db_html

from meiri.delivery.editions import is_for_minors, is_large, is_traditional, person
from meiri.delivery.omissions import omit, optional
from meiri.fronts.advertisements import has_advertisement
from meiri.media.documents import kind_of_document
from meiri.media.recording_length import playing_time
from meiri.media.recording_origins import origin_of
from meiri.members.contacts import masked
from meiri.newsroom.ai_metadata import aigc_of
from meiri.newsroom.ai_record import ai_words
from meiri.newsroom.blocks import blocks_of
from meiri.newsroom.body.stored_words import items_of
from meiri.newsroom.body.video_sites import played_video, site_of
from meiri.newsroom.cards import Card
from meiri.newsroom.clock import local as site_time
from meiri.newsroom.clock import zoned
from meiri.newsroom.models import Article
from meiri.newsroom.plain_text import paragraphs
from meiri.newsroom.tags import tag_address
from meiri.polls.asked_polls import poll_in_block, result_of
from meiri.syndication.structured_data import contact_page, magazine_piece, web_site
from meiri.undefined_names import undefined_type
from meiri.visitors.letter_avatars import letter_avatar
from meiri.web.bundles import bundle_of_edition
from meiri.web.chart_drawing import chart_svg
from meiri.web.editions import canonical, first_headlines, large_edition, own_address, switch
from meiri.web.fonts import has_fonts
from meiri.web.headlines import between_words, phrases
from meiri.web.page_frame import names_kept_whole
from meiri.web.pinyin import with_pinyin
from meiri.web.players import url_of_player


def url(name, *args, **kwargs):
    return reverse(name, args=args, kwargs=kwargs) if args or kwargs else fixed_url(name)


@cache
def fixed_url(name):
    return reverse(name)


def drawn_once(macro, article: Card | Article, *differs) -> str:
    """What `macro` draws of an article; a card keeps it. It must show nothing but the card, whose keys tell when it changes.
    Empty where the article can't be drawn."""
    with optional(f"稿件“{article.title}”"):
        if not isinstance(article, Card):
            return macro(article, *differs)
        name = (macro.name, *differs)
        if name not in article.drawn:
            article.drawn[name] = macro(article, *differs)
        return article.drawn[name]
    return ""


def omitted(name: str, reason: str) -> str:
    """Nothing, in the place of a part whose data a template finds missing."""
    omit(name, reason)
    return ""


def part(name: str, caller) -> str:
    """What a `{% call part("焦点图") %}` block draws; empty where it can't be drawn."""
    with optional(name):
        return caller()
    return ""


def iso(moment: datetime) -> str:
    return zoned(moment).isoformat(timespec="seconds")


def clock(moment: datetime) -> str:
    """2026-11-23 10:20:30, as the article's meta line has it."""
    return f"{site_time(moment):%Y-%m-%d %H:%M:%S}"


def short(moment: datetime) -> str:
    """2026年11月23日 10:20. Pages are kept for years: times.js leaves the year out while it is this one."""
    local = site_time(moment)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


def as_json(data) -> Markup:
    """JSON that can stand inside a script element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704


# Blanks at the head of a paragraph: the style sheet has the indent of two characters.
TYPED_INDENT = re.compile(r"(<p(?: [^<>]*)?>(?:<(?:b|i|a)(?: [^<>]*)?>)*)[\s\u3000]+")


def rich(value, notes: frozenset[int] = frozenset()) -> Markup:
    """Rich text as Wagtail stores it, with its links made whole, and no indent but the style's. It was cleaned when it was saved.
    Raised numbers that are among `notes` lead to the note of that number."""
    written = TYPED_INDENT.sub(r"\1", expand_db_html(getattr(value, "source", None) or str(value)))
    if "://" in written:
        written = "".join(map(_with_addresses, TAG.split(written)))
    if notes:
        written = NOTE_MARK.sub(lambda mark: _linked(mark, notes), written)
    return Markup(written)  # noqa: S704


TAG = re.compile(r"(<[^>]*>?)")
# An address in running text: it may be broken anywhere, and no edition writes it otherwise.
ADDRESS = re.compile(r"https?://[!-;=?-~]{12,}")


def _with_addresses(part: str) -> str:
    """A tag as it is; a text with each address in an element of its own."""
    if part.startswith("<"):
        return part
    return ADDRESS.sub(lambda found: f'<span class="address" translate="no">{found[0]}</span>', part)


NOTE_MARK = re.compile(r"<sup>[\[［〔(（]?([0-9]{1,2})[\]］〕)）]?</sup>")


def _linked(mark: re.Match[str], notes: frozenset[int]) -> str:
    number = int(mark[1])
    if number not in notes:
        return mark[0]
    return f'<sup id="zhu-{number}-b"><a href="#zhu-{number}" aria-label="注释{number}">[{number}]</a></sup>'


def note_numbers(body: StreamValue) -> frozenset[int]:
    """The numbers of the notes in a body."""
    counts = (
        len(list(items_of(block["value"], "notes")))
        for block in body.raw_data
        if block.get("type") == "notes"
    )
    return frozenset(range(1, sum(counts) + 1))


def beginning(body: StreamValue, most: int = 100) -> str:
    """The first words of a body, for programs that show a page in two lines."""
    words = ""
    with optional("摘要"):
        words = " ".join(islice(paragraphs(body.raw_data), 3))
    return words if len(words) <= most else words[:most] + "…"


def is_figure(cell) -> bool:
    """Whether a cell of a table is a number, perhaps with its unit: such stand in a column with their ends in line."""
    return bool(FIGURE.fullmatch(str(cell or "").strip()))


FIGURE = re.compile(
    r"[-−+±]?[¥$€]?\d[\d,.，]*\s?(?:[%‰℃°]|[A-Za-z/]{1,4}|[百千万亿]{0,2}(?:[元吨人次个户亩米岁天家件台辆张克]|公里|公斤|平方米|立方米|小时)?)"
)


def shortened_address(address: str, most: int = 60) -> str:
    """An address as readers are shown it: its host and the beginning of its path."""
    shown = unquote(re.sub(r"^https?://(?:www\.)?", "", address)).rstrip("/")
    return shown if len(shown) <= most else shown[:most] + "…"


class Unindented(Extension):
    """Templates are indented for whoever reads them; pages are not. While debugging all lines keep their numbers."""

    def preprocess(self, source, name, filename=None):
        return source if settings.DEBUG else TEMPLATE_INDENT.sub("\n", ATTRIBUTE_ON_NEW_LINE.sub(" ", source))


# In a tag that goes on in the next line white space means no more than one blank.
ATTRIBUTE_ON_NEW_LINE = re.compile(r"\n[ \t]+(?=[a-z-]+=)")
TEMPLATE_INDENT = re.compile(r"\n[ \t]+")


def environment(**options):
    env = Environment(
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        **{k: v for k, v in options.items() if k != "autoescape"},
    )
    env.undefined = undefined_type()
    env.add_extension(Unindented)
    env.globals.update(
        url=url,
        static=static,
        bundle=bundle_of_edition,
        base_url=settings.BASE_URL,
        canonical=canonical,
        switch=switch,
        is_traditional=is_traditional,
        is_large=is_large,
        is_for_minors=is_for_minors,
        large_edition=large_edition,
        own_address=own_address,
        first_headlines=first_headlines,
        contact_page=contact_page,
        web_site=web_site,
        magazine_piece=magazine_piece,
        drawn_once=drawn_once,
        omit=omitted,
        part=part,
        blocks_of=blocks_of,
        ai_words=ai_words,
        aigc_of=aigc_of,
        note_numbers=note_numbers,
        has_advertisement=has_advertisement,
        has_fonts=has_fonts,
        chart_svg=chart_svg,
        poll_in=poll_in_block,
        poll_result=result_of,
        played_video=played_video,
        site_of=site_of,
        url_of_player=url_of_player,
        letter_avatar=letter_avatar,
    )
    env.filters.update(
        local=site_time,
        tag_address=tag_address,
        iso=iso,
        clock=clock,
        short=short,
        as_json=as_json,
        rich=rich,
        beginning=beginning,
        is_figure=is_figure,
        shortened_address=shortened_address,
        phrases=lambda title: phrases(title, names_kept_whole()),
        words=lambda title: between_words(title, names_kept_whole()),
        person=person,
        with_pinyin=with_pinyin,
        contact=masked,
        known_origin=origin_of,
        playing_time=playing_time,
        plays_as=lambda document: kind_of_document(document.file.name).content_type,
        quoted=lambda t: quote(t, safe=""),
    )
    return env
