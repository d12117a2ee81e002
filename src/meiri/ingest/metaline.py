"""The line under a Chinese headline, and the one under the text: 来源, 时间, 点击, 作者, 责任编辑 in any order."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from meiri.ingest.credit_names import EDGES, LONGEST, names, source_name
from meiri.ingest.labels import BAR, GAP, bare_label_pattern, label_pattern
from meiri.ingest.times import read_time, without_times

# “文｜林晚舟”, “文·林晚舟”, “记者 林晚舟”, “本报记者林晚舟”
_NAME = r"[\u4e00-\u9fff·]{2,4}"
_NAME_ENDS = r"(?:[\s　、,，|｜丨︱/／)）】〕]|$)"
_SIGNED = re.compile(
    rf"(?:^|(?<=[\s　|｜丨︱（(【\[〔]))(?:(?:图{GAP})?文{GAP}(?:{BAR}|[·•])|(?:撰文|采写|作者|口述|整理){GAP}{BAR}"
    rf"|(?:本报|本网|本刊)?(?:特约)?(?:记者|記者){GAP}{BAR}"
    rf"|[\u4e00-\u9fff]{{0,8}}(?:记者|記者|通讯员|特约撰稿人|作者|撰文)[ \t　\xa0]{{1,8}}(?={_NAME}{_NAME_ENDS})"
    rf"|(?:本报|本网|本刊|本台)?(?:记者|記者)(?={_NAME}{_NAME_ENDS})"
    rf"|文[ \t　\xa0]{{1,4}}(?={_NAME}{_NAME_ENDS}))[ \t　]{{0,8}}"
)
# “林晚舟/文”, “林晚舟 周牧之／整理”
_SIGNED_AFTER = re.compile(
    rf"(?:^|(?<=[\s　|｜丨︱（(【\[〔]))(?P<names>{_NAME}(?:[ 　、]{_NAME}){{0,3}}){GAP}[/／]{GAP}(?:文|撰文|文图|图文|整理|采写)(?![\u4e00-\u9fff])"
)
# What a WeChat account sets below its headline: 原创, the writer, the account.
_WECHAT = re.compile(
    rf"^[ \t]{{0,4}}原创[ \t　]{{1,8}}(?P<writer>{_NAME})[ \t　]{{1,8}}(?P<account>[^\s　]{{2,20}})(?:[\s　]|$)",
    re.MULTILINE,
)
# “来自 / 澄江早报”: with a bar it names a source, without one a place.
_FROM = re.compile(rf"(?:^|(?<=[\s　]))(?:来自|來自){GAP}{BAR}{GAP}(?=\S)")
_EDITED = re.compile(
    rf"(?:^|(?<=[\s　（(【\[]))(?:责任编辑|责编|编辑){GAP}[|｜/丨︱ 　]{GAP}(?=[\u4e00-\u9fff]{{2,4}}(?:[\s　）)】\]]|$))"
)
_COUNTED = re.compile(
    r"(?:阅读|浏览|点击|人气)(?:量|数|次数)?[ (（]{0,4}([\d,，.]{1,20}) ?(万|[wW])?(?: ?次)?(?:[)）]|(?=[\s　|]|$))|(?<![\d,，.])([\d,，.]{1,20}) ?(万|[wW])? ?(?:次|人)?(?:阅读|浏览|点击|人看过|次观看)"
)
# What a name of a source often ends in.
LIKE_A_SOURCE = re.compile(
    r"[\w·（）()\[\]]{1,16}(?:网|報|报|社|台|臺|網|新闻|新聞|客户端|在线|在線|周刊|杂志|报道|传媒|融媒体中心|频道|发布|观察|时报|导报|商报|局|厅|部|委|办|号|号外|热线)"
)


@dataclass
class MetaLine:
    """What one line, or several read together, told. `labelled` counts its labels."""

    source: str = ""
    published: datetime | None = None
    to_the_minute: bool = False
    authors: list[str] = field(default_factory=list)
    editor: str = ""
    views: int | None = None
    labelled: int = 0

    def merge(self, other: "MetaLine") -> None:
        """Fill what is empty here from `other`; a time of day beats a bare date of the same day."""
        self.source = self.source or other.source
        self.authors = self.authors or other.authors
        self.editor = self.editor or other.editor
        if self.views is None:
            self.views = other.views
        if other.published and (
            self.published is None
            or (
                not self.to_the_minute
                and other.to_the_minute
                and self.published.date() == other.published.date()
            )
        ):
            self.published, self.to_the_minute = other.published, other.to_the_minute
        self.labelled += other.labelled


def read_line(text: str) -> MetaLine:
    """Read the labels of `text`. Works on one line or on the lines of a headline block together."""
    found = MetaLine()
    if len(text) > 4000:
        text = text[:4000]
    marks = _marks(text)
    if moment := read_time(_time_text(text, marks)):
        found.published, found.to_the_minute = moment
    for number, (kind, _start, after) in enumerate(marks):
        before = marks[number + 1][1] if number + 1 < len(marks) else len(text)
        value = text[after:before]
        if kind == "source" and not found.source:
            found.source = source_name(value)
        elif kind == "author":
            found.authors += [n for n in names(value) if n not in found.authors]
        elif kind == "editor" and not found.editor:
            found.editor = next(iter(names(value)), "")
        elif kind == "views" and found.views is None:
            found.views = count(value)
        found.labelled += kind != "other"
    if not found.authors:
        found.authors = [n for m in _SIGNED_AFTER.finditer(text) for n in names(m["names"])][:8]
        wechat = _WECHAT.search(text)
        if wechat and source_name(wechat["account"]):
            found.authors = found.authors or names(wechat["writer"])
    if found.views is None and (match := _COUNTED.search(text)):
        found.views = _as_count(match[1] or match[3], match[2] or match[4])
    return found


def _marks(text: str) -> list[tuple[str, int, int]]:
    """(kind, start, end) of every label, in order."""
    marks = [(m.lastgroup or "", m.start(), m.end()) for m in label_pattern().finditer(text)]
    taken = [range(s, e) for _, s, e in marks]
    for pattern, kind in (
        (_SIGNED, "author"),
        (_EDITED, "editor"),
        (_FROM, "source"),
        (bare_label_pattern(), ""),
    ):
        marks += [
            (kind or m.lastgroup or "", m.start(), m.end())
            for m in pattern.finditer(text)
            if not any(m.start() in t or m.end() - 1 in t for t in taken)
        ]
    return sorted(marks, key=lambda m: m[1])


def _time_text(text: str, marks: list[tuple[str, int, int]]) -> str:
    """The part of `text` that tells the time of publication: from its label on, where it has one; else without what is
    labelled as the time of a later change, where that leaves one."""
    for kind, _, after in marks:
        if kind == "time" and without_times(text[after : after + 40], "\0").lstrip(
            " \t　\xa0:：\n,，"
        ).startswith("\0"):
            return text[after:]
    rest, at = "", 0
    for number, (kind, start, _) in enumerate(marks):
        if kind == "updated":
            rest += text[at:start]
            at = marks[number + 1][1] if number + 1 < len(marks) else len(text)
            line_end = text.find("\n", start)
            at = min(at, line_end) if line_end >= 0 else at
    rest += text[at:]
    return rest if without_times(rest, "\0") != rest else text


def count(value: str) -> int | None:
    match = re.match(r"[\s　\xa0(（]*([\d,，.]{1,20}) ?(万|[wW])?", value)
    return _as_count(match[1], match[2]) if match else None


def _as_count(digits: str, unit: str | None) -> int | None:
    digits = re.sub(r"[,，]", "", digits).rstrip(".")
    try:
        number = float(digits) if unit else int(digits)
    except ValueError:
        return None
    number = round(number * 10_000) if unit else int(number)
    return number if 0 <= number < 10**11 else None


def leftover(text: str) -> str:
    """What stays of a meta line when its labels with their values and counts are taken away, nearest to its time.

    On many pages the source stands beside the time without a label.
    """
    marks = _marks(text)
    if marks and marks[0][0] in ("time", "updated"):
        # “发布于 2024-03-05 10:32 澄江日报”: what follows a label is its time alone.
        text, marks = text[: marks[0][1]] + text[marks[0][2] :], []
        marks = [m for m in _marks(text) if m[0] not in ("time", "updated")]
    rest = _COUNTED.sub(" ", text[: marks[0][1]] if marks else text)
    before, _, after = without_times(rest, "\0").partition("\0")
    parts = re.split(r"[|｜丨︱\n\0]| {2,}|　|\s", before)[::-1] + re.split(
        r"[|｜丨︱\n\0]| {2,}|　|\s", after
    )
    named = [p for p in (source_name(part) for part in parts if len(part) <= LONGEST) if p]
    return next((n for n in named if LIKE_A_SOURCE.fullmatch(n)), named[0] if named else "")


def is_meta_line(text: str) -> bool:
    """Whether `text` is a meta line and nothing else: short, labelled or dated, with no sentence left over."""
    if len(text) > 160:
        return False
    marks = _marks(text)
    values = [
        (k, text[e : (marks[i + 1][1] if i + 1 < len(marks) else len(text))])
        for i, (k, s, e) in enumerate(marks)
    ]
    if marks and (
        text[: marks[0][1]].strip(EDGES)
        and without_times(text[: marks[0][1]]) == text[: marks[0][1]]
        and marks[0][1] > 24
    ):
        return False
    if any(len(v) > 45 or re.search(r"[。！？!?]", v) for _, v in values):
        return False
    if marks and not (len(marks) == 1 and marks[0][0] == "other"):
        return True
    rest = without_times(text, "")
    return rest != text and len(rest.strip(EDGES)) <= 20 and not re.search(r"[。！？!?，,]", rest)


def credits_in(line: str) -> bool:
    """Whether a meta line tells a source, a person, a count, or a time of day: a bare date may be a letter's own."""
    marks = _marks(line)
    if any(kind in ("source", "author", "editor", "views") for kind, _, _ in marks):
        return True
    if marks and all(kind == "other" for kind, _, _ in marks):
        return len(marks) > 1
    found = read_time(line)
    return bool(found and found[1])
