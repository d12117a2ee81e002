"""The path to a page that its reader sees: 您的位置：首页 > 科技前沿 > 正文."""

import re

from meiri.ingest.blocks import Block
from meiri.ingest.headline import letters, squeeze
from meiri.ingest.page import words_of

_HERE = re.compile(
    r"^\s*(?:您|你)?(?:的)?(?:现在|当前|目前)?(?:所在)?(?:的)?(?:位置|位置是|所在位置|所处位置)\s*(?:[:：]|是)?\s*|^(?:当前|现在|所在)(?:页面|位置|栏目)\s*[:：]\s*"
)
_STEP = re.compile(r"(?:(?<!\s)\s+)?(?:[>＞»›→]|&gt;)+\s*")
_SLASHES = re.compile(r"(?:(?<!\s)\s+)?[>＞»›→/·|-]+\s*")
_NAMED = frozenset(
    [
        "crumb",
        "crumbs",
        "breadcrumb",
        "breadcrumbs",
        "position",
        "location",
        "path",
        "weizhi",
        "dangqian",
        "mianbao",
        "bread",
        "daohang",
    ]
)
_HOME = frozenset(
    (
        "首页",
        "网站首页",
        "主页",
        "返回首页",
        "home",
        "首頁",
        "正文",
        "内容",
        "浏览文章",
        "详细内容",
        "查看内容",
        "文章正文",
        "新闻详情",
        "详情",
    )
)


def find_breadcrumb(blocks: list[Block], title: str) -> list[str]:
    """The names of the breadcrumb, from the site to the channel, without 首页, 正文 and the title itself."""
    for number, block in enumerate(blocks):
        line = block.text.strip()
        if len(line) > 200 or "<" in line:
            continue
        rest = _HERE.sub("", line)
        headed = rest != line
        if headed and not rest:
            rest = " > ".join(b.text.strip() for b in blocks[number + 1 : number + 8] if len(b.text) <= 30)
        if len(_STEP.split(rest)) >= 2:
            names = _names(_STEP.split(rest), title)
        elif headed or words_of(block.element) & _NAMED:
            names = _names(_listed(blocks, number, _SLASHES.split(rest)), title)
        else:
            continue
        if names:
            return names
    return []


def _listed(blocks: list[Block], number: int, parts: list[str]) -> list[str]:
    """A breadcrumb laid out as a list has one name to a block."""
    if len(parts) > 1 or blocks[number].kind != "li":
        return parts
    group = blocks[number].group
    return [b.text for b in blocks[number : number + 8] if b.group is group]


def _names(parts: list[str], title: str) -> list[str]:
    names = []
    for part in parts:
        name = squeeze(part).strip(" :：|>»/")
        if (
            letters(title)
            and letters(name)
            and (
                (letters(title).startswith(letters(name)) and len(letters(name)) > 8)
                or letters(name) == letters(title)
            )
        ):
            break
        if name.lower() in _HOME or not name:
            continue
        if len(name) > 24:
            break
        names.append(name)
    return names[:6]
