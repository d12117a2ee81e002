from datetime import UTC, datetime

import pytest

from meiri.ingest.metaline import is_meta_line, leftover, read_line
from meiri.ingest.times import date_in_address, read_iso, read_time


def read(text):
    found = read_line(text)
    when = found.published.strftime("%Y-%m-%d %H:%M:%S") if found.published else None
    return found.source, when, found.authors, found.editor, found.views


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "来源：每日新闻网 | 时间：2026-11-23 10:20:30 | 点击：1203",
            ("每日新闻网", "2026-11-23 10:20:30", [], "", 1203),
        ),
        (
            "2019-09-07 13:43:45　来源: 证券市场红周刊",
            ("证券市场红周刊", "2019-09-07 13:43:45", [], "", None),
        ),
        ("2020年07月04日 12:10 来源：求是网", ("求是网", "2020-07-04 12:10:00", [], "", None)),
        ("来源：光明网2019-09-07 12:00", ("光明网", "2019-09-07 12:00:00", [], "", None)),
        ("来　源：江南晚讯　作　者：林晚舟、周牧之", ("江南晚讯", None, ["林晚舟", "周牧之"], "", None)),
        ("时间：2019年10月31日 23:00 浏览：1.2万次", ("", "2019-10-31 23:00:00", [], "", 12000)),
        ("作者：林晚舟 编辑：沈砚 阅读 1,234", ("", None, ["林晚舟"], "沈砚", 1234)),
        ("文｜林晚舟 图/周牧之", ("", None, ["林晚舟", "周牧之"], "", None)),
        ("北岭日志记者 林晚舟 周牧之", ("", None, ["林晚舟", "周牧之"], "", None)),
        ("责任编辑：沈砚_NF4425", ("", None, [], "沈砚", None)),
        ("【编辑:沈砚】", ("", None, [], "沈砚", None)),
        ("发布时间：2026-11-18 来源：中国地理学会", ("中国地理学会", "2026-11-18 00:00:00", [], "", None)),
        ("来源：网络", ("", None, [], "", None)),
        ("Author: nobody", ("", None, [], "", None)),
    ],
)
def test_meta_lines_are_read_in_any_order(line, expected):
    assert read(line) == expected


@pytest.mark.parametrize(
    "line", ["图片来源：摄图网", "他说，来源：不明的水不能喝。", "一位作者写道：今天很冷。"]
)
def test_sentences_are_not_meta_lines(line):
    assert not is_meta_line(line)
    assert read_line(line).source == ""


def test_a_source_may_stand_beside_the_time_without_a_label():
    assert leftover("2019年09月07日 20:30\t北岭日志") == "北岭日志"
    assert leftover("\t原创\t云上周刊\t2019-09-07 12:00:00") == "云上周刊"


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2026年11月23日 星期一 下午3:05", "2026-11-23T15:05:00+08:00"),
        ("2026/1/2 03:04:05", "2026-01-02T03:04:05+08:00"),
        ("二〇二六年十一月二十三日", "2026-11-23T00:00:00+08:00"),
        ("2026-11-23T02:20:30Z", "2026-11-23T02:20:30+00:00"),
        ("2026-11-23T10:20:30+08:00", "2026-11-23T10:20:30+08:00"),
        ("2026-13-40 然后 2026-11-23", "2026-11-23T00:00:00+08:00"),
    ],
)
def test_times_are_aware_and_beijing_time_where_no_zone_is_given(text, iso):
    now = datetime(2026, 12, 1, tzinfo=UTC)
    assert read_time(text, now)[0].isoformat() == iso


def test_impossible_times_are_passed_over():
    assert read_time("电话 2026-99-99") is None
    assert read_time("2999-01-01 10:00") is None
    assert read_iso("yesterday") is None


def test_machine_times():
    assert read_iso("20261123")[0].isoformat() == "2026-11-23T00:00:00+08:00"
    assert read_iso("1700000000")[0].isoformat() == "2023-11-15T06:13:20+08:00"
    assert read_iso("Mon, 23 Nov 2026 02:20:30 GMT")[0].isoformat() == "2026-11-23T02:20:30+00:00"
    assert (
        date_in_address("https://a.example/keji/2026/1123/42.html").isoformat() == "2026-11-23T00:00:00+08:00"
    )
