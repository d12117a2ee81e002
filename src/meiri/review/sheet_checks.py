"""Is each sheet what was written when its version was published, and is the version still that text? `meiri verify` asks."""

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing

from django.conf import settings
from wagtail.models import Revision

from meiri.journal.altered_bytes import altered_place
from meiri.journal.content_keys import ARTICLE
from meiri.journal.encoding import Unencodable, canonical
from meiri.journal.models import Entry
from meiri.journal.verification import register_check
from meiri.newsroom.events import ArticlePublished, ErasureEvent
from meiri.review.review_sheets import ReviewSheet
from meiri.review.reviewed_texts import digests_of_parts, encoded_part, words_of
from meiri.review.sheet_signing import SheetKeys, is_signed, is_signed_with_sm2, journaled_keys
from meiri.review.sheet_writing import parts_of, value_at

BATCH = 500
# What the columns of a sheet repeat of its document: lists are made of them.
COLUMNS = {
    "number": lambda document: document["number"],
    "title": lambda document: document["article"]["title"],
    "revision_number": lambda document: document["text"]["revision"],
    "unreviewed": lambda document: document["unreviewed"],
}


@register_check("review sheets")
def sheets_are_as_written() -> Iterator[str]:
    """Walks the sheets and the entries of publications once each, with what it has to remember in a temporary file."""
    keys, newest = journaled_keys(), 0
    with closing(sqlite3.connect("")) as journaled:
        journaled.execute("CREATE TABLE sheet (number TEXT PRIMARY KEY, digest TEXT, found INTEGER)")
        _remember(journaled)
        while sheets := list(ReviewSheet.objects.filter(pk__gt=newest).order_by("pk")[:BATCH]):
            newest = sheets[-1].pk
            numbers = [sheet.revision_number for sheet in sheets]
            contents = dict(Revision.objects.filter(pk__in=numbers).values_list("pk", "content"))
            for sheet in sheets:
                told = journaled.execute("SELECT digest FROM sheet WHERE number = ?", [sheet.number])
                digest = next((found for (found,) in told), None)
                journaled.execute("UPDATE sheet SET found = 1 WHERE number = ?", [sheet.number])
                if fault := fault_of_sheet(sheet, digest, keys) or fault_of_revision(sheet, contents):
                    yield f"sheet {sheet.number}: {fault}"
        gone = journaled.execute("SELECT number FROM sheet WHERE found = 0 ORDER BY number")
        yield from (f"sheet {number}: the journal names it, and it is not there" for (number,) in gone)


def _remember(journaled: sqlite3.Connection) -> None:
    """The digest of each sheet by its number, as the journal has it."""
    entries = Entry.objects.of(ArticlePublished).order_by("sequence")
    for payload in entries.values_list("payload", flat=True).iterator(chunk_size=BATCH):
        if sheet := payload.get("sheet"):
            journaled.execute("INSERT OR REPLACE INTO sheet VALUES (?, ?, 0)", sheet)


def fault_of_sheet(sheet: ReviewSheet, journaled: str | None, keys: set[SheetKeys]) -> str:
    """What is wrong with a sheet, naming the first byte or the field that was changed; empty where nothing is."""
    if sheet.erased_by is not None:
        return fault_of_erased_sheet(sheet, journaled)
    encoded = sheet.document.encode()
    try:
        document = json.loads(encoded)
        again = canonical(document)
    except (ValueError, Unencodable) as error:
        return f"its document can't be read: {error}"
    if again != encoded:
        at = next((n for n, (a, b) in enumerate(zip(again, encoded, strict=False)) if a != b), len(again))
        return f"byte {at} of its document is not canonical"
    digest = hashlib.sha256(encoded).hexdigest()
    if digest != journaled:
        if sheet.digest == journaled or journaled is None:
            return f"{_changed_part(sheet, document)} is not what was written"
        return "the journal has another digest of it"
    if sheet.digest != digest:
        return "its column digest is not that of its document"
    own = SheetKeys(document.get("key", ""), document.get("sm2_key"))
    if own not in keys:
        return "it is signed with a key that the journal does not know"
    if not is_signed(encoded, sheet.signature, own.ed25519):
        return "its signature is not right"
    # What checks SM2 is installed where the site signs so.
    if (
        settings.SM2
        and own.sm2
        and not is_signed_with_sm2(encoded, bytes(sheet.sm2_signature or b""), own.sm2)
    ):
        return "its signature with SM2 is not right"
    for name, read in COLUMNS.items():
        if getattr(sheet, name) != read(document):
            return f"its column {name} is not what its document says"
    return ""


def fault_of_erased_sheet(sheet: ReviewSheet, journaled: str | None) -> str:
    """What is wrong with a sheet that lost words by order: nothing of its document can be recomputed."""
    order = Entry.objects.filter(sequence=sheet.erased_by or 0).first()
    if order is None or not isinstance(order.event, ErasureEvent):
        return f"it lost words, and entry {sheet.erased_by} of the journal is no order"
    if sheet.article_id is not None and ARTICLE.key(sheet.article_id) not in order.keys:
        return f"it lost words, and the order of entry {sheet.erased_by} is of another article"
    return "" if sheet.digest == journaled else "the journal has another digest of it"


def _changed_part(sheet: ReviewSheet, document: dict) -> str:
    now = parts_of(document)
    for path in [*now, *sheet.parts]:
        if sheet.parts and now.get(path) != sheet.parts.get(path):
            value = value_at(document, path) if path in now and path in sheet.parts else None
            return _with_place(path, canonical(value), sheet.parts.get(path))
    return "its document"


def _with_place(part: str, encoded: bytes, digest: str | None) -> str:
    """`part` with the byte of it that was changed, where it is one."""
    place = altered_place(encoded, digest) if digest else ""
    return f"{part} ({place})" if place else part


def fault_of_revision(sheet: ReviewSheet, contents: dict[int, dict]) -> str:
    """What is wrong with the version that a sheet names, naming the part that was changed; empty where nothing is."""
    if sheet.erased_by is not None:
        return ""
    text, content = json.loads(sheet.document)["text"], contents.get(sheet.revision_number)
    if content is None or words_of(content) == text["content"]:
        return ""
    now = digests_of_parts(content)
    for name, value in text["parts"].items():
        if now.get(name, "")[:16] != value:
            part = _with_place(name, encoded_part(content, name), value)
            return f"{part} of revision {sheet.revision_number} is not what was published"
    return f"revision {sheet.revision_number} is not what was published"
