"""The line under a Chinese headline, and the one under the text: 来源, 时间, 点击, 作者, 责任编辑 in any order."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from meiri.ingest.times import WRITTEN, read_time

_GAP = r"[ \t\u3000\xa0]{0,8}"


def _spaced(words: str) -> str:
    """The alternatives of `words` with room for the spaces that pages put inside labels (来　源)."""
    return "|".join(_GAP.join(w) for w in sorted(words.split(), key=len, reverse=True))


_LABELS = {
    "source": "来源 文章来源 新闻来源 信息来源 稿件来源 本文来源 消息来源 资讯来源 稿源 出处 转自 转载自 来源于 文章出处 来自 "
    "來源 新聞來源 文章來源 出處 轉自",
    "editor": "责任编辑 本文责任编辑 责编 编辑 网络编辑 本期编辑 编辑人 责任编审 責任編輯 編輯 責編",
    "author": "作者 文章作者 本文作者 原作者 撰文 撰稿 记者 本报记者 采写 特约记者 通讯员 文字 主笔 执笔 記者 撰文者 文/图 图/文 图文 文图",
    "views": "点击 点击量 点击数 点击率 点击次数 浏览 浏览量 浏览数 浏览次数 阅读 阅读量 阅读数 阅读次数 访问量 访问次数 "
    "访问 人气 已阅读 已浏览 點擊 點閱 點擊數 瀏覽 瀏覽次數 瀏覽數 閱讀 人氣",
    "time": "时间 发布时间 发表时间 更新时间 日期 发布日期 发表日期 发布 发表 更新 发布于 发表于 更新于 時間 發布時間 發佈時間 "
    "日期時間 刊登时间 提交时间 添加时间 录入时间 上传时间 创建时间",
    "other": "校对 审核 字号 字体 字體 分享 评论 评论数 打印 关键词 关键字 标签 分类 栏目 所属栏目 频道 审校 监制 签发 初审 复审 终审 "
    "一审 二审 三审 一校 二校 三校 值班编委 策划 统筹 制图 摄影 视频 设计 排版 原标题 编审 主编 总监制 实习生 文章编号 信息索引号 "
    "大 中 小 收藏 点赞 責任校對 校對 评论人数 跟贴 参与 地区 地点 公众号 微信号 ID 供稿 供图 图片 翻译 录入 发布人 发布者 录入者 审稿 排序",
}


@cache
def _label() -> re.Pattern:
    """What finds the next label; its group names say of what. Compiled when first needed: it takes a tenth of a second."""
    words = "|".join(f"(?P<{k}>{_spaced(v)})" for k, v in _LABELS.items())
    return re.compile(
        rf"(?<![\u4e00-\u9fff\w，、；“])(?:{words})(?:者|人)?{_GAP}(?:[:：]|(?<=来源于)|(?<=转自)|(?<=出处))"
    )


# “文｜林晚舟”, “文/林晚舟”, “记者 林晚舟”
_SIGNED = re.compile(
    rf"(?:^|(?<=[\s　|｜（(【\[]))(?:(?:图{_GAP})?文{_GAP}[|｜/／丨]|撰文{_GAP}[|｜/／丨]|采写{_GAP}[|｜/／丨]"
    rf"|(?:本报|本网|本刊)?(?:特约)?记者{_GAP}[|｜/／丨]"
    rf"|[\u4e00-\u9fff]{{0,8}}(?:记者|通讯员|特约撰稿人|作者)[ 　\xa0]+(?=[\u4e00-\u9fff·]{{2,4}}(?:[\s　、|｜)）】]|$)))[ \t　]*"
)
_EDITED = re.compile(
    rf"(?:^|(?<=[\s　（(【\[]))(?:责任编辑|责编|编辑){_GAP}[|｜/／丨 　]{_GAP}(?=[\u4e00-\u9fff]{{2,4}}(?:[\s　）)】\]]|$))"
)
_COUNTED = re.compile(
    r"(?:阅读|浏览|点击|人气)(?:量|数|次数)?[ (（]{0,4}([\d,，.]{1,20}) ?(万|[wW])?(?: ?次)?(?:[)）]|(?=[\s　|]|$))|(?<![\d,，.])([\d,，.]{1,20}) ?(万|[wW])? ?(?:次|人)?(?:阅读|浏览|点击|人看过|次观看)"
)
_CUT = re.compile(r"[|｜丨\n\t▪•·‧]| {2,}|　|\xa0|[）)】\]]")
_SEPARATORS = " \t\n|｜丨　\xa0·•,，;；:：/-—－"
_EDGES = " \t\n\r|｜丨　\xa0,，;；:：。-—_<>《》“”\"'（）()【】[]"
_NOT_A_SOURCE = re.compile(
    r"^(?:原创|转载|置顶|头条|网络|互联网|综合|转载|未知|佚名|不详|作者|投稿|unknown)$|点击|字号|分享|我要|评论",
    re.IGNORECASE,
)
# A part, not a person: “南都记者 林晚舟” names one.
_NOBODY = re.compile(
    r"[\u4e00-\u9fff]{0,8}(?:记者|通讯员|实习生)|文|图|摄|等|佚名|未知|匿名|编辑|admin", re.IGNORECASE
)
_NAME_TAIL = re.compile(r"[_＿]?[A-Z]{1,4}\d{2,}$|(?<!\d)\d+$")


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
    if found.views is None and (match := _COUNTED.search(text)):
        found.views = _as_count(match[1] or match[3], match[2] or match[4])
    return found


def _marks(text: str) -> list[tuple[str, int, int]]:
    """(kind, start, end) of every label, in order."""
    marks = [(m.lastgroup or "", m.start(), m.end()) for m in _label().finditer(text)]
    taken = [range(s, e) for _, s, e in marks]
    for pattern, kind in ((_SIGNED, "author"), (_EDITED, "editor")):
        marks += [
            (kind, m.start(), m.end())
            for m in pattern.finditer(text)
            if not any(m.start() in t for t in taken)
        ]
    return sorted(marks, key=lambda m: m[1])


def _time_text(text: str, marks: list[tuple[str, int, int]]) -> str:
    """`text` from its time label on, where it has one, so that other dates in it are passed over."""
    labels = [after for kind, _, after in marks if kind == "time"]
    return text[labels[0] :] if labels and WRITTEN.search(text, labels[0]) else text


def source_name(value: str) -> str:
    """A source as written after its label, up to where the next thing begins; empty where it says nothing."""
    value = WRITTEN.split(value, maxsplit=1)[0].lstrip(_SEPARATORS)
    value = _CUT.split(value, maxsplit=1)[0]
    value = re.split(r"[,，。;；]| (?=[\u4e00-\u9fff]{2,8}(?:[:：]|$))", value, maxsplit=1)[0]
    value = re.split(r" (?=\d|作者|记者|编辑|点击|阅读|浏览|时间|发布|字号|http)", value, maxsplit=1)[
        0
    ].strip(_EDGES)
    value = value.removeprefix("于").strip() if value.startswith("于") and len(value) > 3 else value
    if not 1 < len(value) <= 40 or _NOT_A_SOURCE.search(value):
        return ""
    return value


def names(value: str) -> list[str]:
    """The people (or offices) that `value` names."""
    value = WRITTEN.split(value, maxsplit=1)[0].lstrip(_SEPARATORS)
    value = re.split(r"[|｜丨\n。;；）)】\]<>]| {3,}", value, maxsplit=1)[0]
    # Pages that set no space between: “责任编辑：沈砚校对：方知行”.
    value = re.split(
        r"(?:校对|审核|责任编辑|责编|编辑|来源|作者|监制|统筹|摄影|时间)[:：]", value, maxsplit=1
    )[0]
    found: list[str] = []
    for part in re.split(r"[、,，/&＆\t]|\s和\s|[ 　\xa0]+", value):
        name = _NAME_TAIL.sub("", part.strip(_EDGES))
        name = re.sub(
            r"^(?:本报|本网|本刊|新华社|特约)?(?:记者|通讯员|实习生|文|图|摄影|撰文|特约撰稿人?)(?=[\u4e00-\u9fff]{2,4}$)",
            "",
            name,
        )
        if _NOBODY.fullmatch(name):
            continue
        if not 1 < len(name) <= 30 or re.search(r"https?:|[:：!！?？]|点击|字号|分享|来源", name):
            break
        found.append(name)
        if len(found) == 8:
            break
    # Latin names hold spaces: take them whole.
    whole = value.strip(_EDGES)
    if len(found) > 1 and re.fullmatch(r"[A-Za-zÀ-ɏ.'’ -]{3,40}", whole):
        return [whole]
    return found


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
    """What stays of a meta line when its labels with their values, times and counts are taken away.

    On many pages the source stands beside the time without a label.
    """
    marks = _marks(text)
    rest = text[: marks[0][1]] if marks else text
    rest = _COUNTED.sub(" ", WRITTEN.sub(" ", rest))
    parts = [p.strip(_EDGES) for p in re.split(r"[|｜丨\n]| {2,}|　|\s", rest)]
    return next((p for p in parts if p and source_name(p)), "")


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
        text[: marks[0][1]].strip(_EDGES) and not WRITTEN.search(text[: marks[0][1]]) and marks[0][1] > 24
    ):
        return False
    if any(len(v) > 45 or re.search(r"[。！？!?]", v) for _, v in values):
        return False
    if marks and not (len(marks) == 1 and marks[0][0] == "other"):
        return True
    rest = WRITTEN.sub("", text)
    return rest != text and len(rest.strip(_EDGES)) <= 20 and not re.search(r"[。！？!?，,]", rest)
