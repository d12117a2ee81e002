"""The template environment of the reader's site."""

import json
from datetime import datetime
from urllib.parse import quote

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape
from wagtail.rich_text import expand_db_html

from meiri.newsroom.clock import local as site_time
from meiri.newsroom.clock import today
from meiri.web.bundles import bundle


def url(name, *args, **kwargs):
    return reverse(name, args=args, kwargs=kwargs)


def iso(moment: datetime) -> str:
    return site_time(moment).isoformat(timespec="seconds")


def clock(moment: datetime) -> str:
    """2026-11-23 10:20:30, as the article's meta line has it."""
    return f"{site_time(moment):%Y-%m-%d %H:%M:%S}"


def short(moment: datetime) -> str:
    """11月23日 10:20; with the year where it is another."""
    local = site_time(moment)
    year = f"{local.year}年" if local.year != today().year else ""
    return f"{year}{local.month}月{local.day}日 {local:%H:%M}"


def as_json(data) -> Markup:
    """JSON that can stand inside a script element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704


def rich(value) -> Markup:
    """Rich text as Wagtail stores it, with its links made whole. It was cleaned when it was saved."""
    return Markup(expand_db_html(getattr(value, "source", None) or str(value)))  # noqa: S704


def phrases(title: str) -> Markup:
    """A headline whose parts, as its writer spaced them, are kept on a line each where they fit."""
    parts = title.split()
    if len(parts) < 2 or any(part.isascii() for part in parts):
        return Markup(escape(title))  # noqa: S704
    return Markup(" ").join(Markup('<span class="phrase">{}</span>').format(part) for part in parts)


def environment(**options):
    env = Environment(
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        **{k: v for k, v in options.items() if k != "autoescape"},
    )
    env.undefined = StrictUndefined if settings.DEBUG else env.undefined
    env.globals.update(url=url, static=static, bundle=bundle, base_url=settings.BASE_URL)
    env.filters.update(
        local=site_time,
        iso=iso,
        clock=clock,
        short=short,
        as_json=as_json,
        rich=rich,
        phrases=phrases,
        quoted=lambda t: quote(t, safe=""),
    )
    return env
