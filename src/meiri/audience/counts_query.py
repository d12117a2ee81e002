"""The question for counts, `?ids=1,2,3`, and its answer: the same from the database and from the node's file."""

import json
from collections.abc import Callable, Mapping

from meiri.asked_numbers import LARGEST_ID, asked_number
from meiri.audience.counts_file import ArticleCounts

MOST = 100
MAX_AGE = "public, max-age=10"


class BadIds(ValueError):
    """The ids can't be read; the argument is a sentence for whoever asked."""


def ids_of(text: str) -> list[int]:
    """The ids in `text`, each once. Raises `BadIds`."""
    words = [word.strip() for word in text[: MOST * 21].split(",")]
    ids = [number for word in words if (number := asked_number(word, most_digits=19)) is not None]
    if len(ids) < len(words) or max(ids, default=0) > LARGEST_ID:
        raise BadIds("ids 应为以英文逗号分隔的稿件编号，如 ids=1,2,3。")
    if len(words) > MOST:
        raise BadIds(f"一次最多查询 {MOST} 篇稿件。")
    return list(dict.fromkeys(ids))


def counts_document(
    ids: list[int], counts_of: Callable[[int], ArticleCounts]
) -> Mapping[str, Mapping[str, int]]:
    """The counts by id, as the API gives them."""
    return {str(i): counts_of(i)._asdict() for i in ids}


def as_json(document: object) -> bytes:
    """A document as the API writes it."""
    return json.dumps(document, ensure_ascii=False).encode()
