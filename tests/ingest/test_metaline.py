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


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "发表于\t2024-03-05 10:32\t| \t863次阅读\t| 来源 \t江南晚讯\t| 0 条评论| 作者 \t林晚舟\t",
            "江南晚讯",
        ),
        ("来源｜江南晚讯", "江南晚讯"),
        ("转载自 江南晚讯 2024-03-05 10:32", "江南晚讯"),
        ("发布单位：市水务局 2024-03-05", "市水务局"),
        ("資料來源：江南新聞網", "江南新聞網"),
        ("2024-03-05 10:32 Source: Jiangnan Daily", "Jiangnan Daily"),
        ("来源：江南新闻·江南号·政务", "江南新闻·江南号·政务"),
        ("来源：江南热线[整理] 2024-03-05", "江南热线[整理]"),
        ("（来源：江南晚讯）", "江南晚讯"),
        ("来源： 作者： 时间：2024-03-05 10:32", ""),
        ("来源：15:31", ""),
        ("来源：https://news.example/", ""),
        ("来源：更新时间", ""),
    ],
)
def test_e7_a_source_is_read_whole_and_is_no_label_time_or_address(line, expected):
    assert read_line(line).source == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("发布于 2024-03-05 10:32:07", ""),
        ("2024年03月05日 10:32:07 来自江南", ""),
        ("更新时间 2024年3月5日", ""),
        ("2024-03-05 10:32 試聽 15:31", ""),
        ("建立時間 2024-03-05 10:32", ""),
        ("2024-03-05 10:32 863次阅读 12评论", ""),
        ("民生 北岭观察 2024-03-05 10:32", "北岭观察"),
        ("www.jiangnan.example 2024-03-05 10:32 江南晚讯", "江南晚讯"),
        ("2024-03-05 10:32 江南热线[整理]", "江南热线[整理]"),
    ],
)
def test_e7_what_stands_beside_a_time_is_a_source_only_where_it_can_be_a_name(line, expected):
    assert leftover(line) == expected


@pytest.mark.parametrize(
    ("line", "authors"),
    [
        ("文·林晚舟", ["林晚舟"]),
        ("本报记者林晚舟", ["林晚舟"]),
        ("作者｜林晚舟", ["林晚舟"]),
        ("作者︱林晚舟", ["林晚舟"]),
        ("林晚舟／文", ["林晚舟"]),
        ("記者林晚舟／江南報導", ["林晚舟"]),
        ("口述：林晚舟 整理：周牧之", ["林晚舟", "周牧之"]),
        ("作者：林晚舟（江南大学）", ["林晚舟"]),
        ("作者：name", []),
        ("作者：整合", []),
        ("原创 林晚舟 江南发布 2024年03月05日 10:32 江南", ["林晚舟"]),
    ],
)
def test_e7_authors_are_people(line, authors):
    assert read_line(line).authors == authors


@pytest.mark.parametrize(
    "text",
    [
        "2024\t03/05\t10:32",
        "2024 03/05 10:32:07",
        "24-03-05 10:32",
        "Mar 5, 2024 10:32",
        "March 5th 2024 10:32 AM",
        "5 March 2024 10:32",
        "民國113年3月5日 上午10時32分",
        "2024年3月5日上午10点32分",
        "2024年3月5日, 格林尼治标准时间02:32",
        "更新：2024-03-05 11:05\n出版：2024-03-05 10:32",
        "出版：2024-03-05 10:32\n更新：2024-03-05 11:05",
        "更新于 2024-03-06 11:05 | 发布于 2024-03-05 10:32",
    ],
)
def test_e7_the_time_of_publication_is_read_in_every_form(text):
    assert read_line(text).published.strftime("%Y-%m-%d %H:%M") == "2024-03-05 10:32"


def test_e7_an_hour_alone_is_a_time():
    assert read_time("2024年3月5日下午3点")[0].hour == 15
    assert read_time("2024年3月5日14時")[0].hour == 14
    assert read_iso("20240305T103207+0800")[0].isoformat() == "2024-03-05T10:32:07+08:00"
