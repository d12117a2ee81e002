"""A format of import is one class in one table: how its items are told, and how they are read."""

import re

import pytest

from meiri.ingest import formats, guarded_reading
from meiri.ingest.formats import FORMATS, PAGE, detect, detect_pasted
from meiri.ingest.forms import ImportForm
from meiri.ingest.guarded_reading import read_file
from meiri.ingest.import_format import ArticleFormat, Confidence, ItemBeginning, RefusedFormat
from meiri.ingest.other_formats import refusal_of
from meiri.ingest.parsed import ParsedArticle, Unreadable

NITF = (
    b'<?xml version="1.0"?><nitf><body><body.head><hedline><hl1>\xe7\xa7\x8b\xe6\x94\xb6</hl1></hedline>'
    b"</body.head><body.content><p>\xe7\xa8\xbb\xe8\xb0\xb7\xe5\xbd\x92\xe4\xbb\x93\xe3\x80\x82</p></body.content></body></nitf>"
)


class NitfFormat(ArticleFormat):
    """NITF 3.6, as far as a title and paragraphs go."""

    name = "nitf"
    endings = (".nitf",)

    def confidence(self, beginning: ItemBeginning) -> Confidence:
        return Confidence.CERTAIN if "<nitf" in beginning.text[:200] else Confidence.NONE

    def read(self, data: bytes) -> ParsedArticle:
        text = data.decode()
        title = re.search("<hl1>(.*?)</hl1>", text)
        return ParsedArticle(title=title[1] if title else "", body="".join(re.findall("<p>.*?</p>", text)))


def test_a_format_that_is_entered_in_the_table_is_read(monkeypatch, tmp_path):
    file = tmp_path / "稿件.xml"
    file.write_bytes(NITF)
    with pytest.raises(Unreadable) as refused:
        read_file(str(file), file.name, guarded_reading.LONGEST_BODY)
    assert refused.value.reason == refusal_of("NITF 稿件文件")
    monkeypatch.setattr(formats, "FORMATS", (NitfFormat(), *FORMATS))
    article = read_file(str(file), file.name, guarded_reading.LONGEST_BODY)
    assert (article.title, article.body) == ("秋收", "<p>稻谷归仓。</p>")


def test_names_are_given_once_and_only_to_what_is_taken():
    names = [known.name for known in FORMATS if not isinstance(known, RefusedFormat)]
    assert all(names)
    assert len(names) == len(set(names)) == len(formats.BY_NAME)


def test_the_form_offers_the_files_of_every_format_that_names_its_endings():
    accepted = ImportForm.base_fields["uploads"].widget.attrs["accept"].split(",")
    assert sorted(accepted) == [".docx", ".htm", ".html", ".jsonl", ".txt", ".zip", ".zst"]


def test_the_bytes_count_before_the_text_and_the_text_before_the_name():
    page = b"<!doctype html><html><body><p>" + "稻谷归仓。".encode() + b"</p></body></html>"
    assert detect(page, name="a.xml") is PAGE
    with pytest.raises(Unreadable, match="PDF"):
        detect(b"%PDF-1.7 " + page, name="a.html")
    with pytest.raises(Unreadable, match="Markdown"):
        detect("第一段。\n\n第二段。".encode(), name="a.md")
    assert detect_pasted(page.decode()) is PAGE
