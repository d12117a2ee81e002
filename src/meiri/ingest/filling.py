"""What was read of an article, put into the fields of one that the newsroom keeps."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from wagtail.blocks.stream_block import StreamValue

from meiri.identity import site_name
from meiri.ingest.parsed import ParsedArticle
from meiri.ingest.record_line import Extras
from meiri.ingest.stream import as_stream
from meiri.media.models import Picture
from meiri.newsroom.ai_record import as_stored
from meiri.newsroom.article_choices import AiKind, AiUse
from meiri.newsroom.authors import author_named
from meiri.newsroom.clock import local
from meiri.newsroom.dates import fault_of_date
from meiri.newsroom.models import Article, Author, Kind, Origin, Source
from meiri.sections.minors import MinorsRisk

_is_address = URLValidator(["http", "https"])


class SourcesAndAuthors:
    """Sources and authors by name, made where there are none yet. Each is looked up once: keep it no longer than the
    transaction in which they were made."""

    def __init__(self):
        self._sources: dict[str, Source] = {}
        self._authors: dict[str, Author] = {}

    def know(self, articles: Iterable[ParsedArticle]) -> None:
        """Look up at once whom and what `articles` name. Two queries; those that there are not yet are made one by one."""
        listed = list(articles)
        people = {name[:40] for parsed in listed for name in (*parsed.authors, parsed.editor) if name}
        self._authors |= {author.name: author for author in Author.objects.filter(name__in=people)}
        sources = {parsed.source for parsed in listed if parsed.source}
        self._sources |= {source.name: source for source in Source.objects.filter(name__in=sources)}

    def source(self, name: str, url: str = "") -> Source | None:
        if name not in self._sources and (found := find_source(name, url)):
            self._sources[name] = found
        return self._sources.get(name)

    def author(self, name: str) -> Author:
        if name not in self._authors:
            self._authors[name] = author_named(name)
        return self._authors[name]

    def authors(self, parsed: ParsedArticle) -> list[Author]:
        return [self.author(name) for name in dict.fromkeys(parsed.authors)]


def fill(
    article: Article,
    parsed: ParsedArticle,
    extras: Extras,
    pictures: dict[str, Picture],
    warnings: list[str],
    names: SourcesAndAuthors | None = None,
    body: StreamValue | None = None,
) -> None:
    """Fill the fields of `article`; what an editor should look at is added to `warnings`. `body` is that of `parsed`, where it
    is at hand."""
    names = names or SourcesAndAuthors()
    article.title = _cut(parsed.title, "title", "标题", warnings)
    article.kicker = parsed.kicker[:80]
    article.subtitle = parsed.subtitle[:120]
    article.summary = parsed.summary[:300]
    for name in ("short_title", "dateline", "original_title", "aigc_label"):
        limit = Article._meta.get_field(name).max_length
        setattr(article, name, getattr(extras, name)[:limit])
    if len(parsed.title) > len(article.title):
        article.original_title = parsed.title[:200]
    article.body = body if body is not None else as_stream(parsed.body, pictures)
    article.picture = next(iter(pictures.values()), article.picture)
    article.source = names.source(parsed.source, parsed.source_url)
    article.editor = names.author(parsed.editor) if parsed.editor else None
    article.origin = (
        extras.origin
        if extras.origin in Origin.values
        else (Origin.ORIGINAL if parsed.source == site_name() else Origin.REPRINT)
    )
    if extras.kind in Kind.values:
        article.kind = extras.kind
    _fill_ai(article, extras, warnings)
    if extras.minors_risk in MinorsRisk.values:
        article.minors_risk = extras.minors_risk
    elif extras.minors_risk:
        warnings.append(f"没有“{extras.minors_risk[:20]}”这种未成年人提示类别，请核对。")
    fault = fault_of_date(parsed.published_at)
    if not fault:
        article.published_at = parsed.published_at or article.published_at
    article.original_url = parsed.original_url if _valid(parsed.original_url, 500) else ""
    if not parsed.source:
        warnings.append("没有找到来源，请补上。")
    if parsed.published_at is None:
        warnings.append("没有找到发布时间。")
    elif fault:
        warnings.append(f"没有采用原文的时间 {local(parsed.published_at):%Y-%m-%d %H:%M:%S}，请核对。{fault}")


def _fill_ai(article: Article, extras: Extras, warnings: list[str]) -> None:
    """What a record says of AI. Who checked it elsewhere checked it for another newsroom."""
    if extras.ai_use in AiUse.values:
        article.ai_use = extras.ai_use
    elif extras.ai_use:
        warnings.append(f"没有“{extras.ai_use[:20]}”这种人工智能使用记录，请核对。")
    article.ai_kinds = ",".join(kind.value for kind in AiKind if kind.value in extras.ai_kinds)
    blocks = article.body.raw_data
    article.ai_blocks = ""
    if any(extras.ai_blocks) and len(extras.ai_blocks) != len(blocks):
        warnings.append("正文分成的块与记录里逐块标注的不一样，没有标出由人工智能生成或辅助的块，请核对。")
    elif any(extras.ai_blocks):
        marks = {
            b["id"]: AiUse(m) for b, m in zip(blocks, extras.ai_blocks, strict=True) if m in AiUse.values
        }
        article.ai_blocks = as_stored(marks)


def find_source(name: str, url: str = "") -> Source | None:
    if not name:
        return None
    address = url if _valid(url, 300) else ""
    return Source.objects.get_or_create(name=name[:80], defaults={"url": address})[0]


def _cut(text: str, field: str, label: str, warnings: list[str]) -> str:
    limit = Article._meta.get_field(field).max_length
    if len(text) > limit:
        warnings.append(f"{label}超过 {limit} 字，已截短，请核对。")
    return text[:limit]


def _valid(url: str, limit: int) -> bool:
    if not url or len(url) > limit:
        return False
    try:
        _is_address(url)
    except ValidationError:
        return False
    return True
