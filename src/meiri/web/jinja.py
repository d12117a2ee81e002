"""The template environment of the reader's site."""

import json
import re
from datetime import datetime
from functools import cache
from urllib.parse import quote

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from jinja2 import Environment
from jinja2.ext import Extension
from markupsafe import Markup, escape
from wagtail.rich_text import expand_db_html

from meiri.delivery.editions import is_traditional, person
from meiri.delivery.omissions import omit, optional
from meiri.media.documents import kind_of_document
from meiri.members.contacts import masked
from meiri.newsroom.blocks import blocks_of
from meiri.newsroom.cards import Card
from meiri.newsroom.clock import local as site_time
from meiri.newsroom.clock import zoned
from meiri.newsroom.models import Article
from meiri.newsroom.tags import tag_address
from meiri.syndication.structured_data import contact_page
from meiri.undefined_names import undefined_type
from meiri.web.bundles import bundle_of_edition
from meiri.web.editions import canonical, switch
from meiri.web.pinyin import with_pinyin


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


def rich(value) -> Markup:
    """Rich text as Wagtail stores it, with its links made whole, and no indent but the style's. It was cleaned when it was saved."""
    written = expand_db_html(getattr(value, "source", None) or str(value))
    return Markup(TYPED_INDENT.sub(r"\1", written))  # noqa: S704


# Up to a space, or behind a stop and the quotation that it closes.
PARTS_OF_HEADLINE = re.compile(r"\s+|[^\s，：；？！]*[，：；？！]*[”’》）]*")


def phrases(title: str) -> Markup:
    """A headline whose parts, as its writer spaced and stopped them, are kept on a line each where they fit."""
    parts = [part for part in PARTS_OF_HEADLINE.findall(title) if part]
    words = [part for part in parts if not part.isspace()]
    if len(words) < 2 or any(part.isascii() for part in words):
        return Markup(escape(title))  # noqa: S704
    span = Markup('<span class="phrase">{}</span>')
    return Markup("").join(" " if part.isspace() else span.format(part) for part in parts)


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
        contact_page=contact_page,
        drawn_once=drawn_once,
        omit=omitted,
        part=part,
        blocks_of=blocks_of,
    )
    env.filters.update(
        local=site_time,
        tag_address=tag_address,
        iso=iso,
        clock=clock,
        short=short,
        as_json=as_json,
        rich=rich,
        phrases=phrases,
        person=person,
        with_pinyin=with_pinyin,
        contact=masked,
        plays_as=lambda document: kind_of_document(document.file.name).content_type,
        quoted=lambda t: quote(t, safe=""),
    )
    return env
