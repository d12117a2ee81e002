"""Names of people in traditional script: by character, with surnames that keep their simple form.

范 as a surname is 范 in either script; as a word it is 範. A name is told by whoever writes it on a page
(`editions.person`), so the rule here need not guess what is a name.
"""

import re
from collections.abc import Callable

# Surnames that are no simplified form of what OpenCC makes of the character.
SURNAMES = frozenset("范于余郁干岳游台种丑涂后朴征咸柜占斗么幺岩采准党")
# … and those of them that also keep their form in given names.
GIVEN = frozenset("岳郁采征斗岩咸余于范")
# What makes a word with such a character when it stands before it: 位于海边 does not hold the name 于海.
BEFORE = {
    "于": "位由对关至在属处用善敢勇等低高大小终基鉴便利始源来忠",
    "余": "十百千万亿其业多剩残年",
    "后": "以之今最前先背然随此落",
    "范": "规示模典防师",
    "游": "旅导上中下",
    "种": "各一两几多这那",
    "台": "平舞电讲前后阳站",
    "干": "若相骨树才",
    "准": "标批水精",
    "占": "抢侵霸",
    "采": "风开文神",
    "征": "长特象远",
    "斗": "奋战搏北",
}
_NAME = re.compile("[\u3400-\u9fff]{2,4}")


def is_name(text: str) -> bool:
    """Whether `text` has the form of a Chinese name: two to four characters."""
    return bool(_NAME.fullmatch(text))


def traditional_name(name: str, convert: Callable[[str], str]) -> str:
    """A name in traditional script; `convert` writes one character."""
    surname, given = name[0], name[1:]
    return (surname if surname in SURNAMES else convert(surname)) + "".join(
        c if c in GIVEN else convert(c) for c in given
    )


def pattern_of(name: str) -> str:
    """A regular expression that finds the name, but not where its characters belong to the word before."""
    before = BEFORE.get(name[0])
    return f"(?<![{before}]){name}" if before else name
