"""Whose an article is: its source and its people, where no label names them."""

import re
from itertools import pairwise

from meiri.ingest.blocks import Block
from meiri.ingest.credit_names import names, source_name
from meiri.ingest.headline import squeeze
from meiri.ingest.labels import is_no_name
from meiri.ingest.metaline import LIKE_A_SOURCE, leftover, read_line
from meiri.ingest.page import words_of

# Words in class and id of what holds a source's or an account's name.
_NAMED = frozenset(
    "src source sourcename from origin laiyuan ly media site account nickname nick copyfrom publisher".split()  # noqa: SIM905
)
_FOLLOW = re.compile(r"[+＋]?\s?(?:关注|已关注|关注TA|加关注|订阅|關注|追蹤|訂閱)")
_PERSON_AND_SOURCE = re.compile(r"([\u4e00-\u9fff·]{2,4})\s?[/／]\s?(\S{2,20})")
# “澄江報／記者王小明／北嶺即時報導”
_SOURCE_AND_PERSON = re.compile(
    r"([^\s/／]{2,14})[/／]\s?(?:記者|记者)([\u4e00-\u9fff·、]{2,20})(?:[/／][\u4e00-\u9fff]{2,10})?"
)
_ACCOUNT = re.compile(r"\w{2,14}(?:网|報|报|社|台|臺|網|日报|晚报|客户端|发布|發布|观察|在线|传媒|融媒)")
_IS_PHOTOGRAPHER = re.compile("[摄攝翻]$")
# How far above its time an account's name may stand.
FAR_ABOVE = 4
_REPORTERS = re.compile(
    r"[（(〔【\[](?:[\u4e00-\u9fff]{0,8})?(?:记者|記者)[\s　:：]{0,4}((?:[\u4e00-\u9fff·]{2,4}[\s　、]{0,3}){1,6})"
    r"(?:通讯员[^）)〕】\]]{0,40})?(?:[/／][\u4e00-\u9fff]{2,8}(?:报道|報導|报导|電|电))?[）)〕】\]]"
)
# “（澄江社記者王小明北嶺5日電）”: a name of two characters where the place leaves no third, else of three.
_DATELINE = re.compile(
    r"[（(〔【\[][\u4e00-\u9fff]{0,8}(?:记者|記者)(?P<others>(?:[\u4e00-\u9fff]{2,4}、){0,4})(?P<last>[\u4e00-\u9fff]{4,7})\d{1,2}日(?:[专專综綜]?合?外?)[电電]"
)
# “記者王小明／北嶺報導”, a paragraph of its own.
_SIGNED_PARAGRAPH = re.compile(
    r"[\u4e00-\u9fff]{0,8}(?:记者|記者)(?P<names>[\u4e00-\u9fff·、]{2,20})[/／][\u4e00-\u9fff]{2,10}(?:报道|報導|报导)"
)
# How much of a paragraph's beginning or end is looked at for its reporters.
BEGINNING, END = 80, 60


def unlabelled_credits(above: list[Block]) -> tuple[str, list[str]]:
    """The source that stands without a label in the line of the time, or near it, and who is named with it."""
    for number, block in enumerate(above):
        found = read_line(block.line)
        if not found.published or len(block.text) > 120:
            continue
        if name := leftover(block.line):
            return ("", []) if name in found.authors else (name, [])
        beside = above[max(0, number - 1) : number] + above[number + 1 : number + 2]
        for neighbour in beside:
            text = squeeze(neighbour.text)
            if (both := _PERSON_AND_SOURCE.fullmatch(text)) and LIKE_A_SOURCE.fullmatch(both[2]):
                return both[2], names(both[1])
            if (both := _SOURCE_AND_PERSON.fullmatch(text)) and LIKE_A_SOURCE.fullmatch(both[1]):
                return both[1], names(both[2])
            if LIKE_A_SOURCE.fullmatch(text) or (
                len(text) <= 16 and words_of(neighbour.element) & _NAMED and source_name(text) == text
            ):
                return source_name(text), []
        for farther in reversed(above[max(0, number - FAR_ABOVE) : number]):
            if _ACCOUNT.fullmatch(text := squeeze(farther.text)) and source_name(text):
                return text, []
    return _followed_account(above), []


def _followed_account(above: list[Block]) -> str:
    """The account whose name stands before a button 关注."""
    for name, button in pairwise(above):
        text = squeeze(name.text)
        if _FOLLOW.fullmatch(squeeze(button.text)) and 2 <= len(text) <= 20 and source_name(text) == text:
            return text
    return ""


def signed_in_text(paragraphs: list[str]) -> list[str]:
    """The reporters that the first or last paragraphs name: “……讯（记者 林晚舟）”, “〔記者林晚舟／江南報導〕”."""
    for text in [p[:BEGINNING] for p in paragraphs[:3]] + [p[-END:] for p in paragraphs[-2:]]:
        if (line := _DATELINE.search(text)) is not None:
            last = line["last"][: 3 if len(line["last"]) > 4 else 2]
            return [*filter(None, line["others"].split("、")), last]
        if (line := _SIGNED_PARAGRAPH.fullmatch(text.strip())) and (found := names(line["names"])):
            return found
        for match in _REPORTERS.finditer(text):
            reporters = re.split(r"通讯员|实习生|摄影", match[1], maxsplit=1)[0]
            found = [
                n
                for n in re.split(r"[\s　、]+", reporters)
                if 2 <= len(n) <= 8 and not _IS_PHOTOGRAPHER.search(n) and not is_no_name(n)
            ]
            if found:
                return found
    return []
