"""Names of sources and people as pages write them, cut where the next thing begins."""

import re

from meiri.ingest.labels import is_no_name
from meiri.ingest.times import without_times

SEPARATORS = " \t\n|｜丨︱　\xa0·•,，;；:：/-—－"
EDGES = " \t\n\r|｜丨︱　\xa0,，;；:：。-—_<>《》“”\"'"
_BRACKETS = "（()）【】[]〔〕"
_CLOSING = {"）": "（", ")": "(", "】": "【", "]": "[", "〕": "〔"}
LONGEST = 40
_CUT = re.compile(r"[|｜丨︱\n\t▪•‧]| {2,}|　|\xa0|\s·|·\s|[,，。;；]")
# A space inside a name is kept (澄江日报 客户端), one before a label, a number or a person ends it.
_NEXT = re.compile(
    r" (?!客户端|微信|视频|频道|官网)(?=[\u4e00-\u9fff]{2,4}$)| (?=[\u4e00-\u9fff]{2,8}[:：]|\d|作者|记者|编辑|点击|阅读|浏览|时间|发布|字号|http)"
)
_NOT_A_SOURCE = re.compile(r"点击|字号|分享到|我要|评论|关注我们|下载客户端", re.IGNORECASE)
# A part, not a person: “南都记者 林晚舟” names one.
_NOBODY = re.compile(
    r"[\u4e00-\u9fff]{0,8}(?:记者|通讯员|实习生|記者)|文|图|摄|等|编辑|小编|本站|网友|admin(?:istrator)?|user|author|editor|[\u4e00-\u9fff]{2,8}(?:报道|報道|報導|报导)",
    re.IGNORECASE,
)
_NAME_TAIL = re.compile(r"[_＿]?[A-Z]{1,4}\d{2,}$|(?<!\d)\d+$")
_ROLE = re.compile(
    r"^(?:本报|本网|本刊|新华社|特约)?(?:记者|記者|通讯员|实习生|文|图|摄影|撰文|特约撰稿人?)(?=[\u4e00-\u9fff]{2,4}$)"
)
# Pages that set no space between: “责任编辑：沈砚校对：方知行”.
_NEXT_LABEL = re.compile(r"(?:校对|审核|责任编辑|责编|编辑|来源|作者|监制|统筹|摄影|时间)[:：]")

IDEOGRAPHS = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
# In text whose blanks are single spaces.
_BETWEEN_NAMES = re.compile(r"[,;&/|]| (?:and|und|et|y|og|och|ja) ", re.IGNORECASE)
_BYLINE = re.compile(r"^(?:by|von|par|por|di|av|af|text|author)[ :]", re.IGNORECASE)


def source_name(value: str) -> str:
    """A source as written after its label, up to where the next thing begins; empty where it says nothing."""
    value = before_times(value).lstrip(SEPARATORS)
    value = _CUT.split(value, maxsplit=1)[0]
    value = _NEXT.split(value, maxsplit=1)[0]
    value = balanced(value.strip(EDGES)).strip(EDGES)
    value = value.removeprefix("于").strip() if value.startswith("于") and len(value) > 3 else value
    if not 1 < len(value) <= LONGEST or _NOT_A_SOURCE.search(value) or is_no_name(value):
        return ""
    return value


def before_times(text: str) -> str:
    return without_times(text, "\0").split("\0", 1)[0]


def balanced(text: str) -> str:
    """`text` up to a bracket that closes what it didn't open, and without one that it doesn't close."""
    opened: list[tuple[str, int]] = []
    for place, character in enumerate(text):
        if character in _CLOSING:
            if not opened or opened[-1][0] != _CLOSING[character]:
                text = text[:place]
                break
            opened.pop()
        elif character in _CLOSING.values():
            opened.append((character, place))
    if opened and opened[0][1] == 0:
        return balanced(text[1:])
    return text[: opened[0][1]] if opened else text


def names(value: str) -> list[str]:
    """The people (or offices) that `value` names."""
    value = before_times(value).lstrip(SEPARATORS)
    value = re.sub(r"[（(〔【\[][^（()）〔〕【】\[\]]{0,40}[）)〕】\]]", " ", value)
    value = re.split(
        rf"[|｜丨︱\n。;；<>{re.escape(_BRACKETS)}]| {{3,}}", value.lstrip(SEPARATORS), maxsplit=1
    )[0]
    value = _NEXT_LABEL.split(value, maxsplit=1)[0]
    found: list[str] = []
    for part in re.split(r"[、,，/／&＆\t]|\s和\s|[ 　\xa0]+", value):
        name = _ROLE.sub("", _NAME_TAIL.sub("", part.strip(EDGES)))
        if _NOBODY.fullmatch(name):
            continue
        if (
            not 1 < len(name) <= 30
            or re.search(r"https?:|[:：!！?？]|点击|字号|分享|来源", name)
            or is_no_name(name)
        ):
            break
        found.append(name)
        if len(found) == 8:
            break
    whole = value.strip(EDGES)
    return alphabetic_names(whole) if len(found) > 1 and not IDEOGRAPHS.search(whole) else found


def alphabetic_names(value: str) -> list[str]:
    """The people that `value` names in an alphabet: spaces are within their names, commas and words for “and” between them."""
    value = " ".join(re.sub(r"\([^()]{0,40}\)", " ", value).split())
    found = (part.strip(EDGES) for part in _BETWEEN_NAMES.split(_BYLINE.sub("", value)))
    wanted = (n for n in found if 1 < len(n) <= 60 and not _NOBODY.fullmatch(n) and not is_no_name(n))
    return list(dict.fromkeys(wanted))[:8]
