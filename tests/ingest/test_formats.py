"""A format of import is one class in one table: how its items are told, and how they are read."""

import re
from functools import partial
from typing import BinaryIO

import pytest

from meiri.ingest import formats
from meiri.ingest.formats import FORMATS, PAGE, detect, detect_pasted
from meiri.ingest.forms import ImportForm
from meiri.ingest.guarded_reading import read_file, read_series
from meiri.ingest.import_format import (
    ArticleFormat,
    Confidence,
    FoundItem,
    ItemBeginning,
    RefusedFormat,
    SeriesFormat,
    SeriesItem,
)
from meiri.ingest.parsed import ParsedArticle, Unreadable

LETTER = "尊敬的编辑：\n题：秋收\n稻谷归仓。\n此致敬礼\n题：冬藏\n\n题：春耕\n开犁了。".encode()


class LetterFormat(ArticleFormat):
    """A letter whose headline has a label."""

    name = "letter"
    endings = (".letter",)

    def confidence(self, beginning: ItemBeginning) -> Confidence:
        return Confidence.CERTAIN if beginning.text.startswith("尊敬的编辑") else Confidence.NONE

    def read(self, data: bytes) -> ParsedArticle:
        title = re.search("题：(.*)", data.decode())
        return ParsedArticle(title=title[1] if title else "", body="<p>正文。</p>")


class LettersFormat(SeriesFormat):
    """Several letters in one file. One without a text is refused, and after one that thanks nothing can be read."""

    name = "letters"

    def confidence(self, beginning: ItemBeginning) -> Confidence:
        return LetterFormat().confidence(beginning)

    def read(self, file: BinaryIO):
        for number, letter in enumerate(file.read().decode().split("题：")[1:], start=1):
            yield SeriesItem(f":{number}", partial(self.read_letter, letter))
            if "谢" in letter:
                raise Unreadable("信纸到此为止。")

    def read_letter(self, letter: str) -> FoundItem:
        title, _, text = letter.partition("\n")
        if not text.strip():
            raise Unreadable("信里没有字。")
        return FoundItem(ParsedArticle(title=title, body=f"<p>{text}</p>"))


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "稿件.xyz"
    file.write_bytes(LETTER)
    return file


def test_a_format_that_is_entered_in_the_table_is_read(monkeypatch, file):
    assert read_file(str(file), file.name, 1000).title != "秋收"
    monkeypatch.setattr(formats, "FORMATS", (LetterFormat(), *FORMATS))
    article = read_file(str(file), file.name, 1000)
    assert (article.title, article.body) == ("秋收", "<p>正文。</p>")


def test_each_item_of_a_series_has_its_own_fate_wherever_reading_begins(monkeypatch, file):
    monkeypatch.setattr(formats, "FORMATS", (LettersFormat(), *FORMATS))
    monkeypatch.setitem(formats.BY_NAME, "letters", LettersFormat())
    assert read_file(str(file), file.name, 1000) == "letters"
    told = [(":1", "秋收", ""), (":2", None, "信里没有字。"), (":3", "春耕", "")]
    for at in (0, 1, 3):
        read, reached, is_over = read_series(str(file), "letters", 1000, at, 50)
        assert [(label, found and found.article.title, reason) for label, found, reason in read] == told[at:]
        assert (reached, is_over) == (3, True)
    one_by_one = [read_series(str(file), "letters", 1000, at, 1) for at in (0, 1, 2, 3)]
    assert [(part[0][0][0] if part[0] else "", *part[1:]) for part in one_by_one] == [
        (":1", 1, False),
        (":2", 2, False),
        (":3", 3, False),
        ("", 3, True),
    ]
    file.write_bytes(LETTER.replace("此致敬礼".encode(), "谢谢".encode()))
    read, _, is_over = read_series(str(file), "letters", 1000, 0, 50)
    assert ([reason for *_, reason in read], is_over) == (["", "信纸到此为止。"], True)
    with pytest.raises(Unreadable, match="超过 0 MB"):
        read_series(str(file), "letters", 10, 0, 50)


def test_names_are_given_once_and_only_to_what_is_taken():
    names = [known.name for known in FORMATS if not isinstance(known, RefusedFormat)]
    assert all(names)
    assert len(names) == len(set(names)) == len(formats.BY_NAME)


def test_the_form_offers_the_files_of_every_format_that_names_its_endings():
    accepted = ImportForm.base_fields["uploads"].widget.attrs["accept"].split(",")
    assert sorted(accepted) == [
        ".atom", ".doc", ".docx", ".eml", ".epub", ".htm", ".html", ".json", ".jsonl", ".markdown", ".md", ".mht", ".mhtml",
        ".nitf", ".odt", ".pdf", ".rss", ".rtf", ".txt", ".wps", ".xml", ".zip", ".zst",
    ]  # fmt: skip


def test_the_bytes_count_before_the_text_and_the_text_before_the_name():
    page = b"<!doctype html><html><body><p>" + "稻谷归仓。".encode() + b"</p></body></html>"
    assert detect(page, name="a.xml") is PAGE
    assert detect(b"%PDF-1.7 " + page, name="a.html").name == "pdf"
    assert detect("第一段。\n\n第二段。".encode(), name="a.md").name == "markdown"
    with pytest.raises(Unreadable, match="CSV"):
        detect("第一段。\n\n第二段。".encode(), name="a.csv")
    assert detect_pasted(page.decode()) is PAGE
