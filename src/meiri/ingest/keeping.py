"""The originals of reprints, kept as evidence before anything of the item is stored."""

from dataclasses import replace
from pathlib import Path, PurePath

from meiri.identity import site_name
from meiri.ingest.parsed import ParsedArticle
from meiri.newsroom.models import Article
from meiri.newsroom.plain_text import paragraphs
from meiri.sources.kept_files import LARGEST, OriginalTooLarge, keep_file
from meiri.sources.originals import KeptOriginal, Manner


def original_file(path: Path, parsed: ParsedArticle, name: str) -> tuple[KeptOriginal, ...]:
    """The file of an item, kept; nothing for what is the newsroom's own."""
    if not is_foreign(parsed):
        return ()
    with path.open("rb") as file:
        return original(file.read(LARGEST + 1), parsed, Manner.PAGE, PurePath(name).name)


def original_paste(text: str, parsed: ParsedArticle) -> tuple[KeptOriginal, ...]:
    return original(text.encode(errors="replace"), parsed, Manner.PASTE) if is_foreign(parsed) else ()


def is_foreign(parsed: ParsedArticle) -> bool:
    return parsed.source != site_name()


def original(data: bytes, parsed: ParsedArticle, manner: Manner, name: str = "") -> tuple[KeptOriginal, ...]:
    """What was read, kept. What is too large is not, and the editor is told."""
    try:
        kept = keep_file(data)
    except OriginalTooLarge:
        parsed.warnings.append(f"原件超过 {LARGEST // 1024 // 1024} MB，没有保存为依据。")
        return ()
    return (KeptOriginal(kept, manner, name, parsed.title),)


def with_text(original: KeptOriginal, article: Article) -> KeptOriginal:
    """The original with the text as it was taken into `article`: what is changed from then on is not the original's."""
    return replace(original, paragraphs=paragraphs(article.body.raw_data))
