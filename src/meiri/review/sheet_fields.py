"""A sheet as tables of words: the page in the admin and the paper show the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class SheetTable:
    """A part of a sheet. Without `columns` it is names and values. `shares`: the widths of the columns."""

    heading: str
    rows: list[list[str]]
    columns: list[str] | None = None
    shares: tuple[int, ...] = ()


ARTICLE = {
    "title": "标题", "kicker": "引题", "subtitle": "副题", "kind": "体裁", "origin": "稿源", "channel": "频道", "station": "本站稿件",
    "editor": "责任编辑", "source": "来源", "licence": "授权", "original_title": "原标题", "original_url": "原文地址",
    "dateline": "电头", "ai": "人工智能生成标识", "ai_use": "人工智能使用记录",
}  # fmt: skip


def tables_of(document: dict[str, Any]) -> Iterator[SheetTable]:
    """The parts of a sheet that hold anything."""
    yield SheetTable("稿件", list(_about_article(document["article"])), shares=(1, 4))
    if document["unreviewed"]:
        yield SheetTable("审校", [["未经本站审校", document["unreviewed"]]], shares=(1, 4))
    if reviews := document.get("reviews"):
        columns = ["审次", "审校人", "打开、定稿", "结论", "意见与标记"]
        yield SheetTable("审校", [_review(one) for one in reviews], columns, (2, 3, 4, 3, 7))
    if chain := document.get("chain"):
        steps = f"{chain['name']}（{chain['lane']}）：{'、'.join(chain['steps'])}"
        rows = [["流程", steps], ["撰写、修改", "、".join(_name(one) for one in document["writers"])]]
        if document["unchanged"]:
            rows.append(["文字", "与已发布的版本相同，没有重审"])
        elif chain["missing"]:
            rows.append(["缺", "、".join(chain["missing"])])
        yield SheetTable("流程", rows, shares=(1, 4))
    for change in document.get("changes") or []:
        lines = [[line["was"] or "—", line["now"] or "—"] for line in change["lines"]]
        if lines:
            yield SheetTable(f"审间改动（{_name(change['by'])}）", lines, ["原文", "改为"])
    if notes := document.get("notes"):
        yield SheetTable("旁注", [_note(one) for one in notes], ["原文", "旁注与答复", "了结"], (3, 6, 2))
    if exceptions := document.get("exceptions"):
        rows = [
            [_name(one["by"]), _moment(one["at"]), f"{one['reason']}（{one['missing']}）"]
            for one in exceptions
        ]
        yield SheetTable("例外", rows, ["批准人", "时间", "原因"], (2, 3, 6))
    published = document["publication"]
    yield SheetTable(
        "发布",
        [
            ["时间", _moment(published["at"])],
            ["发布人", _name(published["by"])],
            ["地址", published["address"]],
            ["版本", f"{document['text']['revision']}，文字摘要 {document['text']['content']}"],
        ],
        shares=(1, 4),
    )


def _about_article(article: dict[str, Any]) -> Iterator[list[str]]:
    for name, label in ARTICLE.items():
        if article.get(name):
            yield [label, article[name]]
    if places := [*article["places"]]:
        yield ["地方站", "、".join(places)]
    if authors := article["authors"]:
        yield ["作者", "、".join(a["name"] + (f"（{a['credit']}）" if a["credit"] else "") for a in authors)]
    for name, label in (("ai_kinds", "人工智能用于"), ("ai_blocks", "逐块标注")):
        if article.get(name):
            yield [label, "、".join(article[name])]
    if checked_by := article.get("ai_checked_by"):
        yield ["人工智能内容核对人", _name(checked_by)]
    yield ["字数", str(article["characters"])]


def _review(one: dict[str, Any]) -> list[str]:
    place = f"（代{_name(one['acting_for'])}）" if one["acting_for"] else ""
    verdict = one["verdict"] + (f"，退给{one['sent_back_to']}" if one["sent_back_to"] else "")
    standing = "" if one["stands"] or one["verdict"] != "采用" else f"\n已作废：{one['void'] or '文字已改'}"
    marks = [f"“{mark['text']}”：{mark['note']}" for mark in one["marks"]]
    return [
        one["step"],
        f"{_name(one['by'])}{place}\n{one['role']}",
        f"{_clock(one['opened_at'])}\n{_clock(one['decided_at'])}",
        verdict + standing,
        "\n".join(filter(None, [one["opinion"], *marks, *(f"✓ {point}" for point in one["checked"])])) or "—",
    ]


def _note(one: dict[str, Any]) -> list[str]:
    said = [
        f"{_name(words['by'])} {_clock(words['at'])}：{words['text']}" for words in (one, *one["answers"])
    ]
    settled = f"{_name(one['resolved_by'])}\n{_clock(one['resolved_at'])}" if one["resolved_at"] else "未了结"
    return [one["quote"] or "全文", "\n".join(said), settled]


def _name(person: dict[str, Any] | None) -> str:
    return person["name"] if person else "系统"


def _moment(at: str) -> str:
    """`2026-11-29T10:20:30+08:00` as `2026-11-29 10:20:30`: sheets are in the site's time."""
    return at[:19].replace("T", " ")


def _clock(at: str) -> str:
    """`2026-11-29T10:20:30+08:00` as `11-29 10:20:30`."""
    return at[5:19].replace("T", " ") if at else "—"
