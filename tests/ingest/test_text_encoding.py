import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencc import OpenCC

from meiri.ingest.parsed import Unreadable
from meiri.ingest.text_encoding import declared_in, decode

SENTENCES = (
    "清晨六点，稻田上空传来嗡嗡声，三架无人机沿着田埂依次升空。",
    "据介绍，该项目覆盖一万二千亩，节水约三成。",
    "“以前巡一遍要半天，现在二十分钟。”合作社负责人说。",
    "市图书馆在周末延长开放时间，读者可以预约自习座位。",
    "修表匠老周守着街角的小店，一守就是四十年。",
    "气象部门提醒，冷空气将于明天夜间到达，注意添衣保暖。",
    "孩子们在操场上堆起了雪人，笑声传得很远。",
)
prose = st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=12).map("".join)
ENCODINGS = ("utf-8", "gb2312", "gbk", "gb18030", "big5", "utf-16-le", "utf-16-be")
to_traditional = OpenCC("s2tw").convert


def encoded(text, encoding):
    text = to_traditional(text) if encoding == "big5" else text
    return text, text.encode(encoding)


@given(prose, st.sampled_from(ENCODINGS), st.sampled_from([None, *ENCODINGS, "iso-8859-1", "nonsense"]))
def test_chinese_prose_survives_every_encoding_whatever_is_declared(text, encoding, declared):
    text, data = encoded(text, encoding)
    assert decode(data, declared)[0] == text


@given(
    prose, st.sampled_from(ENCODINGS[:5]), st.sampled_from(["utf-8", "gb2312", "big5", "gbk", "GB18030", "x"])
)
def test_a_page_may_declare_another_encoding_than_it_has(text, encoding, declared):
    text, data = encoded(f'<html><head><meta charset="{declared}"></head><body><p>{text}</p>', encoding)
    assert decode(data)[0] == text


@given(prose, st.sampled_from(["utf-8-sig", "utf-16", "utf-32"]))
def test_a_byte_order_mark_decides(text, encoding):
    assert decode(text.encode(encoding), "gb2312")[0] == text


@given(prose, st.data())
def test_one_damaged_byte_does_not_turn_a_page_into_mojibake(text, data):
    text = text * 4
    raw = bytearray(text.encode())
    raw[data.draw(st.integers(0, len(raw) - 1))] = 0xFF
    found, encoding = decode(bytes(raw))
    assert encoding == "utf-8"
    assert set(found) - {"\ufffd"} <= set(text)
    assert found.count("\ufffd") <= 3


def test_nearly_ascii_pages_in_utf8_stay_so():
    page = "<p>He said it’s “fine”.</p>" * 3
    assert decode(page.encode())[0] == page
    assert decode(b"<p>one \xe2\x80\x99 quote</p>")[0] == "<p>one ’ quote</p>"


def test_other_languages_are_read_as_declared():
    japanese = "気象庁は十三日、日向灘で震度五弱の地震があったと発表した。"
    assert decode(japanese.encode("shift_jis"), "shift_jis")[0] == japanese
    assert decode("Größe über Änderung".encode("latin-1"), "iso-8859-1")[0] == "Größe über Änderung"


def test_noise_is_refused():
    with pytest.raises(Unreadable):
        decode(bytes(range(128, 256)) * 20 + b"\x80\xff\xfe\x81")


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b'<meta charset="gb2312">', "gb18030"),
        (b"<meta http-equiv='Content-Type' content='text/html; charset=GBK'>", "gb18030"),
        (b'<?xml version="1.0" encoding="Big5"?>', "big5hkscs"),
        (b"<meta charset=hex>", None),
        (b"<meta charset=no-such>", None),
    ],
)
def test_declarations_are_read_as_browsers_read_them(head, name):
    assert declared_in(head) == name


def test_real_pages_that_declare_gb2312_and_are_utf8(shared_data):
    truths = [json.loads(x) for x in (shared_data / "pages/zh/truth.jsonl").read_text().splitlines()]
    for truth in truths:
        data = (shared_data / "pages/zh" / truth["file"]).read_bytes()
        assert decode(data) == (data.decode(), "utf-8")
        text = truth["body"].encode("gb18030").decode("gb18030")
        assert decode(text.encode("gb18030"), "utf-8")[0] == text
