"""Structured data of live coverages: `LiveBlogPosting` (https://schema.org/LiveBlogPosting) as JSON-LD."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings

from meiri.identity import site_name
from meiri.live.models import Coverage, LiveEntry
from meiri.newsroom.clock import zoned
from meiri.syndication.article_html import whole_address


def live_blog_posting(coverage: Coverage, entries: Sequence[LiveEntry], image_url: str = "") -> dict:
    """The structured data of a coverage with `entries`, its newest ones with their coverage's address."""
    publisher = {"@type": "NewsMediaOrganization", "name": site_name(), "url": settings.BASE_URL}
    url = settings.BASE_URL + coverage.get_absolute_url()
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "LiveBlogPosting",
        "headline": coverage.title[:110],
        "description": coverage.summary,
        "url": url,
        "mainEntityOfPage": url,
        "inLanguage": "zh-Hans",
        "articleSection": coverage.channel.name,
        "datePublished": _iso(coverage.started_at or coverage.created_at),
        "dateModified": _iso(max([e.shown_at for e in entries if e.shown_at], default=coverage.created_at)),
        "author": publisher,
        "publisher": publisher,
        "liveBlogUpdate": [_update(entry, coverage) for entry in entries],
    }
    if begins := coverage.started_at or coverage.planned_at:
        data["coverageStartTime"] = _iso(begins)
    if coverage.ended_at:
        data["coverageEndTime"] = _iso(coverage.ended_at)
    if image_url:
        data["image"] = [whole_address(image_url)]
    return data


def _update(entry: LiveEntry, coverage: Coverage) -> dict:
    words = entry.words
    update: dict[str, Any] = {
        "@type": "BlogPosting",
        "headline": (entry.title or words.partition("\n")[0] or coverage.title)[:110],
        "url": f"{settings.BASE_URL}{coverage.get_absolute_url()}#{entry.anchor}",
        "articleBody": words[:5000],
    }
    if entry.shown_at:
        update["datePublished"] = _iso(entry.shown_at)
    if entry.signature:
        update["author"] = {"@type": "Person", "name": entry.signature}
    corrections = entry.corrections.all()
    if corrections:
        update["correction"] = [
            {"@type": "CorrectionComment", "text": c.note, "datePublished": _iso(c.at)} for c in corrections
        ]
    return update


def _iso(moment: datetime) -> str:
    return zoned(moment).isoformat(timespec="seconds")
