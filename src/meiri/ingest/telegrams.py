"""Telegrams of agencies: IPTC 7901 and ANPA 1312, plain text between control characters."""

import re
from collections.abc import Iterator
from functools import partial
from typing import BinaryIO

from meiri.ingest.import_format import FoundItem, SeriesItem, ToldFormat
from meiri.ingest.nitf import people_of
from meiri.ingest.parsed import ParsedArticle, Unreadable
from meiri.ingest.text_encoding import decode
from meiri.ingest.wire_facts import WireFacts
from meiri.ingest.written_body import markup_of_lines, one_line, put_body

_IPTC = re.compile(
    r"([a-z]{3})(\d{3,4}) (\d) ([a-z]{1,3}) {1,9}(\d{1,4}) {1,9}([^\r\n]{0,200})", re.IGNORECASE
)
_ANPA = re.compile(r"\x01([^\x1f]{0,20})\x1f([^\r\n]{0,20})\s{1,5}(\w) (\w)")
_PRIORITY = {"f": 1, "u": 2, "b": 3, "r": 5, "d": 6, "w": 7}
_END = re.compile(r"[\x03\x04\x7f]")
LARGEST = 4 * 1024 * 1024


class TelegramFormat(ToldFormat):
    """A file is one telegram, or several that follow each other."""

    name = "telegram"
    told_as = frozenset(["通讯社电文（ANPA 1312 或 IPTC 7901）"])

    def read(self, file: BinaryIO) -> Iterator[SeriesItem]:
        data = file.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise Unreadable("电文超过 4 MB，没有读取。")
        text = decode(data)[0].replace("\r\n", "\n")
        parts = [
            part
            for part in re.split(r"(?=\x16{2}\x01)|(?<=\x04)(?=\s*\x01)", text)
            if part.strip("\x16\x04 \n")
        ]
        for place, part in enumerate(parts, start=1):
            yield SeriesItem("" if len(parts) == 1 else f":{place}", partial(read_telegram, part))


def read_telegram(text: str) -> FoundItem:
    """The article of a telegram. Raises `Unreadable`."""
    head, mark, rest = text.partition("\x02")
    body = _END.split(rest)[0]
    if not mark or not body.strip():
        raise Unreadable("这份电文没有正文，没有收入。")
    return _anpa(head, body) if "\x1f" in head else _iptc_7901(head, body)


def _iptc_7901(head: str, body: str) -> FoundItem:
    found = _IPTC.search(head)
    title, _, text = body.lstrip().partition("\n")
    while not title.rstrip().endswith("=") and text and not text.startswith("\n") and len(title) < 200:
        more, _, text = text.partition("\n")
        title += " " + more
    article = ParsedArticle(title=one_line(title).rstrip("=").strip())
    facts = WireFacts()
    if found:
        facts.guid = f"{found[1]}{found[2]}:{one_line(found[6])}"
        facts.urgency = int(found[3])
        facts.subjects = [f"iptc7901:{found[4]}"]
        article.source = facts.provider = one_line(re.sub(r"[\d-].*", "", found[6]))
    by = re.search(r"^[ \t]{0,9}By ([^\n]{2,80})", text, re.MULTILINE)
    if by:
        article.authors = people_of(one_line(by[1]).split(", ")[0])
    facts.slugline = one_line(head.split("\n", 1)[1] if "\n" in head else "").rstrip("/")
    put_body(article, markup_of_lines(text))
    return FoundItem(article, None, facts)


def _anpa(head: str, body: str) -> FoundItem:
    """Lines that end in `<` are the head of the text: its name, headline, notes to editors and byline."""
    found = _ANPA.search(head)
    above: list[str] = []
    lines = body.lstrip("\n").split("\n")
    while lines and (lines[0].startswith("^") or lines[0].rstrip().endswith(("<", "="))):
        above.append(one_line(lines.pop(0)).lstrip("^").rstrip("<=").strip())
    name = above[0].split(",")[0] if above else ""
    notes = [line for line in above[1:] if line.startswith("Eds:")]
    by = next((line for line in above[1:] if line.lower().startswith("by ")), "")
    headline = next((line for line in above[1:] if line and line not in (*notes, by)), "")
    article = ParsedArticle(title=headline or name, authors=people_of(by))
    facts = WireFacts(slugline=name, note="；".join(notes))
    if found:
        facts.urgency = _PRIORITY.get(found[3].lower(), 5)
        facts.subjects = [f"anpa:{found[4].lower()}"]
    put_body(article, markup_of_lines("\n".join(lines)))
    if not article.body:
        raise Unreadable("这份电文没有正文，没有收入。")
    return FoundItem(article, None, facts)
