"""The words of a text with which its sense changes: figures, negations, names."""

import re
import unicodedata
from collections import Counter
from functools import cache

_NUMBER = re.compile(
    r"[0-9０-９]+(?:[.,．，][0-9０-９]+)*(?:%|％|‰)?"
    r"|(?:百分之|千分之)?[零〇一二两三四五六七八九十百千万亿]{2,}(?:点[零〇一二三四五六七八九]+)?"
    r"|[一二两三四五六七八九十](?=[年月日时天周个名人次件岁成倍元吨])"
)
# Words with a character of negation that deny nothing.
_NOT_DENYING = re.compile(
    r"非常|非洲|非遗|非物质|不仅|不但|不断|不过|不少|不同|不管|不论|无论|不久|不锈钢|未来|未央|无锡|无人机|无线|是非|并非不|除非|不得不|不一|不足"
)
_DENYING = re.compile(r"不|没有|没|未|无|非|否认|否|拒绝|禁止|严禁|取消|停止|暂停|反对|莫|勿")
# People, places and organisations, as the dictionary tags words.
_NAMES = frozenset({"nr", "nrfg", "nrt", "ns", "nt", "nz"})


def figures_of(text: str) -> Counter[str]:
    """The figures of a text, each as often as it stands there; 1,200 and １２００ are the same."""
    return Counter(_figure(found) for found in _NUMBER.findall(text))


def _figure(found: str) -> str:
    return re.sub(r"(?<=\d),(?=\d{3})", "", unicodedata.normalize("NFKC", found))


def negations_of(text: str) -> Counter[str]:
    """The words that deny, each as often as it stands there."""
    return Counter(_DENYING.findall(_NOT_DENYING.sub("", text)))


@cache
def _tagger():
    """Read when first needed, as in `search/words.py`."""
    import rjieba

    return rjieba


def names_of(text: str) -> Counter[str]:
    """The names of people, places and organisations of a text, as far as the dictionary tells them."""
    return Counter(word for word, tag in _tagger().tag(text) if tag in _NAMES and len(word) > 1)
