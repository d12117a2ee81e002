"""The list of erasures (`erasures.jsonl` in the data folder): what has been erased is erased again after a restoration, so that an old
backup does not bring it back.

A line names the article, the version where it was one, and the entry of its publication with its digest: in a database where that entry
is another, or not there, nothing is meant. The list holds no words of what was erased. It is no part of backups, as the keys are
none, and it is made again from the journal where it is missing.
"""

import json
import logging
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction

from meiri.journal.content_keys import ARTICLE
from meiri.journal.models import Entry
from meiri.kept_once import write_whole
from meiri.newsroom.events import ArticleErased, VersionErased
from meiri.trust.models import Leaf

logger = logging.getLogger(__name__)

NAME = "erasures.jsonl"
# A line has some 500 bytes; whoever has so many has other sorrows.
MOST_LINES = 100_000


class UnreadableList(Exception):
    """The list can't be read; the message says where, for operators."""


@dataclass(frozen=True)
class Erasure:
    """`version`: None where the whole article was erased. `entry`, `digest`: of an entry that names the article from before the order."""

    article: int
    version: int | None
    entry: int
    digest: str
    order: str
    reason: str


def list_file() -> Path:
    return Path(settings.HOME) / NAME


def read_list(file: Path) -> list[Erasure]:
    """Raises `UnreadableList`."""
    if not file.exists():
        return []
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    if len(lines) > MOST_LINES:
        raise UnreadableList(f"{file} has more than {MOST_LINES} lines.")
    found = []
    for number, line in enumerate(lines, 1):
        try:
            one = Erasure(**json.loads(line))
            is_right = (
                all(isinstance(n, int) for n in (one.article, one.entry))
                and (one.version is None or isinstance(one.version, int))
                and all(isinstance(text, str) for text in (one.digest, one.order, one.reason))
            )
        except (ValueError, TypeError):
            is_right = False
        if not is_right:
            raise UnreadableList(f"Line {number} of {file} is no erasure: repair it, or take the file away.")
        found.append(one)
    return found


def read_given_list(file: Path | None) -> list[Erasure]:
    """The list that an operator names, where one is named. Raises `UnreadableList`, also where it is not there."""
    if file is None:
        return []
    if not file.is_file():
        raise UnreadableList(f"There is no file {file}.")
    return read_list(file)


def erasures_in_journal() -> Iterator[Erasure]:
    """The erasures of which the journal tells, the oldest first. One query, and two at most for each."""
    for entry in Entry.objects.of(ArticleErased, VersionErased).order_by("sequence").iterator(chunk_size=500):
        article = next(ARTICLE.numbers(entry.keys), None)
        said = entry.payload
        named = said.get("published") or next(iter(said.get("entries") or []), None)
        if named is None and article is not None:  # an entry of an older release
            leaves = Leaf.objects.filter(thing=ARTICLE.key(article), entry__isnull=False).order_by("entry")
            named = leaves.values_list("entry", flat=True).first()
        before = Entry.objects.filter(sequence=named).first() if named else None
        if article is not None and before is not None:
            yield Erasure(
                article, said.get("version"), before.sequence, before.digest, said["order"], said["reason"]
            )


def keep_erasures(also: list[Erasure] | None = None) -> int:
    """Write the list: what it has, `also`, and what the journal tells of. How many. Raises `UnreadableList`, `OSError`."""
    found = dict.fromkeys([*read_list(list_file()), *(also or []), *erasures_in_journal()])
    if found:
        lines = "".join(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in found)
        write_whole(list_file(), lines.encode())
    return len(found)


def keep_erasures_after_commit() -> None:
    def keep() -> None:
        try:
            keep_erasures()
        except (OSError, UnreadableList) as error:
            # The deed stands; the worker tries again.
            logger.error("The list of erasures could not be written: %s", error)

    transaction.on_commit(keep, robust=True)
