"""Entries and whole coverages become ordinary articles: drafts, which are reviewed and published like any other."""

import json
from collections.abc import Iterable
from html import escape
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from meiri.journal.log import actor, append
from meiri.live.directing import locked, next_own_change, told_of
from meiri.live.events import CoverageFrozen
from meiri.live.models import Coverage, CoverageState, EntryState, LiveEntry
from meiri.live.reporting import mark_entry
from meiri.newsroom.body.bounds import LONGEST_HEADING
from meiri.newsroom.clock import local
from meiri.newsroom.models import Article
from meiri.policy import check

LONGEST_TITLE = 120


@transaction.atomic
def break_out(entry: LiveEntry, by=None) -> Article:
    """Make the draft of an article out of an entry that readers see; one that was made already is given back.

    Each leads to the other: the article ends with a link to the coverage, and readers of the entry find the article when it is
    published. Raises `ValidationError`, `PermissionDenied`.
    """
    coverage = locked(entry.coverage)
    stored = LiveEntry.objects.select_related("coverage__channel", "article").get(pk=entry.pk)
    if by is not None:
        check(by, "change", stored)
    if stored.article:
        return stored.article
    if stored.state != EntryState.SHOWN:
        raise ValidationError("只有已发布的条目可以单独成稿。")
    title = stored.title or stored.words.partition("\n")[0]
    body = [*_blocks_of(stored), _link_to(coverage, stored.get_absolute_url())]
    stored.article = _draft(coverage, title, body, by)
    mark_entry(stored, coverage, by)
    return stored.article


@transaction.atomic
def freeze_coverage(coverage: Coverage, by=None) -> Article:
    """Make the draft of an article out of a coverage that has ended: all its entries in the order of time, each below its
    hour. One that was made already is given back. Raises `ValidationError`, `PermissionDenied`.
    """
    stored = locked(coverage)
    if by is not None:
        check(by, "change", stored)
    if stored.article:
        return stored.article
    if stored.state != CoverageState.ENDED:
        raise ValidationError("直播还没有结束，不能成稿。")
    body: list[dict] = []
    for entry in stored.entries.shown().to_read().order_by("number"):
        body += [_heading_of(entry), *_blocks_of(entry), *_corrections_of(entry)]
    if not body:
        raise ValidationError("直播没有条目，不能成稿。")
    article = _draft(stored, stored.title, [*body, _link_to(stored, stored.get_absolute_url())], by)
    next_own_change(stored, article=article)
    append(CoverageFrozen(keys=stored.content_keys, article=article.pk, **told_of(stored)), actor(by))
    return article


def _draft(coverage: Coverage, title: str, body: list[dict], by) -> Article:
    article = Article(
        title=title[:LONGEST_TITLE],
        summary=coverage.summary,
        picture=coverage.picture,
        channel=coverage.channel,
        home_station=coverage.station,
        created_by=by,
        live=False,
    )
    article.body = Article._meta.get_field("body").to_python(json.dumps(body))
    article.save()
    if coverage.station:
        article.stations.set([coverage.station])
        article.save()
    article.save_revision(user=by)
    return article


def _blocks_of(entry: LiveEntry) -> list[dict]:
    """The blocks of an entry as they are stored, without their ids: they are another body's now."""
    return [{"type": block["type"], "value": block["value"]} for block in entry.body.raw_data]


def _heading_of(entry: LiveEntry) -> dict:
    moment: Any = entry.shown_at
    words = f"{local(moment):%H:%M} {entry.title}".strip()
    return {"type": "heading", "value": words[:LONGEST_HEADING]}


def _corrections_of(entry: LiveEntry) -> Iterable[dict]:
    for correction in entry.corrections.all():
        yield {"type": "text", "value": f"<p>（更正：{escape(correction.note, quote=False)}）</p>"}


def _link_to(coverage: Coverage, address: str) -> dict:
    return {"type": "related", "value": {"title": f"直播：{coverage.title}"[:120], "url": address}}
