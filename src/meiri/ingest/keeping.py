"""The originals of reprints, kept as evidence before anything of the item is stored."""

import logging
from dataclasses import replace
from pathlib import Path, PurePath

from meiri.identity import site_name
from meiri.ingest.parsed import ParsedArticle
from meiri.ingest.sanitise import UNPRINTABLE
from meiri.newsroom.models import Article
from meiri.newsroom.plain_text import paragraphs
from meiri.sources.kept_files import LARGEST, OriginalTooLarge, keep_file
from meiri.sources.originals import KeptOriginal, Manner

logger = logging.getLogger(__name__)

NOT_KEPT = "原件没有保存为依据：磁盘无法读写，请告诉技术人员。"


def original_file(path: Path, parsed: ParsedArticle, name: str) -> tuple[KeptOriginal, ...]:
    """The file of an item, kept; nothing for what is the newsroom's own."""
    if not is_foreign(parsed):
        return ()
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError:
        logger.exception("The original of an item could not be read")
        parsed.warnings.append(NOT_KEPT)
        return ()
    return original(data, parsed, Manner.PAGE, PurePath(name).name)


def original_paste(text: str, parsed: ParsedArticle) -> tuple[KeptOriginal, ...]:
    return original(text.encode(errors="replace"), parsed, Manner.PASTE) if is_foreign(parsed) else ()


def is_foreign(parsed: ParsedArticle) -> bool:
    return parsed.source != site_name()


def original(data: bytes, parsed: ParsedArticle, manner: Manner, name: str = "") -> tuple[KeptOriginal, ...]:
    """What was read, kept. Where it can't be, that is the last of the warnings: it is no reason to refuse the item."""
    try:
        kept = keep_file(data)
    except OriginalTooLarge:
        parsed.warnings.append(f"原件超过 {LARGEST // 1024 // 1024} MB，没有保存为依据。")
        return ()
    except OSError:
        logger.exception("The original of an item could not be kept")
        parsed.warnings.append(NOT_KEPT)
        return ()
    # Names of files may hold bytes that are no text.
    return (KeptOriginal(kept, manner, UNPRINTABLE.sub("\ufffd", name), parsed.title),)


def with_text(original: KeptOriginal, article: Article) -> KeptOriginal:
    """The original with the text as it was taken into `article`: what is changed from then on is not the original's."""
    return replace(original, paragraphs=paragraphs(article.body.raw_data))
