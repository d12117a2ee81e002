"""The JSON record of an article: what `meiri import --json` prints and `meiri export` writes (`record_line` reads it)."""

import json
from dataclasses import asdict, dataclass, field

from meiri.ingest.stream import as_html
from meiri.newsroom.ai_record import marks_in_order
from meiri.newsroom.clock import zoned
from meiri.newsroom.models import Article
from meiri.newsroom.posts import name_of


@dataclass
class Record:
    """One item. `status`: imported, updated, duplicate or refused; `channel` is an address word; `body` clean HTML.

    `similar`, the keys of the articles that some of the warnings name, by warning, is not part of the JSON.
    """

    file: str = ""
    status: str = ""
    id: int | None = None
    url: str = ""
    title: str = ""
    source: str = ""
    published_at: str | None = None
    authors: list[str] = field(default_factory=list)
    editor: str = ""
    views: int | None = None
    channel: str = ""
    body: str = ""
    warnings: list[str] = field(default_factory=list)
    reason: str = ""
    similar: dict[str, int] = field(default_factory=dict)

    def as_json(self, **more) -> str:
        # U+2028 and U+2029 end a line for some readers of JSON lines.
        record = asdict(self)
        del record["similar"]
        text = json.dumps({**record, **more}, ensure_ascii=False)
        return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def record_of(article: Article, views: int | None, **fields) -> Record:
    """The record of a stored article."""
    published = article.published_at
    return Record(
        id=article.pk,
        url=article.full_url,
        title=article.title,
        source=article.source.name if article.source else "",
        published_at=zoned(published).isoformat() if published else None,
        authors=[b.author.name for b in article.bylines.all()],
        editor=article.editor.name if article.editor else "",
        views=views,
        channel=article.channel.slug if article.channel else "",
        body=as_html(article.body),
        **fields,
    )


def extras_of(article: Article) -> dict:
    """What an exported record holds beyond the contract, so that nothing is lost on the way to another Meiri."""
    return {
        "kicker": article.kicker,
        "subtitle": article.subtitle,
        "short_title": article.short_title,
        "summary": article.summary,
        "kind": article.kind,
        "origin": article.origin,
        "dateline": article.dateline,
        "original_title": article.original_title,
        "original_url": article.original_url,
        "aigc_label": article.aigc_label,
        "ai_use": article.ai_use,
        "ai_kinds": [kind.value for kind in article.kinds_of_ai],
        "ai_blocks": marks_in_order(article.ai_blocks, article.body.raw_data),
        "ai_checked_by": name_of(article.ai_checked_by) if article.ai_checked_by else "",
        "minors_risk": article.minors_risk,
        "source_url": article.source.url if article.source else "",
        "stations": [s.slug for s in article.stations.all()],
        "subsections": [s.path for s in article.subsections.all()],
        "topics": [t.slug for t in article.topics.all()],
        "tags": [t.tag.name for t in article.tagged_items.all()],
    }
