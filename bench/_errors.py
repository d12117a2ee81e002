"""Errors put into real text, one kind for each rule of proofing.

Each takes a paragraph and a `Random` and gives the paragraph with one error, and where it stands; None where the paragraph has no place
for it. What is put in is not what the rules were written from: any 地 becomes 的, any character of an idiom another that sounds like it.
"""

import re
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import NamedTuple

from pypinyin import Style, pinyin
from pypinyin.constants import PHRASES_DICT

from meiri.proofing.rules.miswritings import miswritings
from meiri.search.words import tagged

HAN = "[\u4e00-\u9fff]"


class Wrong(NamedTuple):
    """A text with an error at characters `start` to `end`."""

    text: str
    start: int
    end: int


Maker = Callable[[str, Random], Wrong | None]


def exchanged(pattern: str, make: Callable[[re.Match[str], Random], str]) -> Maker:
    """An error that stands in the place of one of the stretches that `pattern` finds."""
    compiled = re.compile(pattern)

    def put(text: str, random: Random) -> Wrong | None:
        if not (places := list(compiled.finditer(text))):
            return None
        found = random.choice(places)
        words = make(found, random)
        return Wrong(
            text[: found.start()] + words + text[found.end() :],
            found.start(),
            found.start() + max(1, len(words)),
        )

    return put


def particle(kind: str, tag: str, others: str) -> Maker:
    """A particle `kind`, where it is one by its part of speech, becomes one of `others`."""

    def put(text: str, random: Random) -> Wrong | None:
        at, places = 0, []
        for word, part in tagged(text) if kind in text else ():
            if word == kind and part == tag and at:
                places.append(at)
            at += len(word)
        if not places:
            return None
        place = random.choice(places)
        return Wrong(text[:place] + random.choice(others) + text[place + 1 :], place, place + 1)

    return put


def miswritten(text: str, random: Random) -> Wrong | None:
    pairs = [pair for pair in miswritings()[0] if pair.right in text]
    if not pairs:
        return None
    pair = random.choice(pairs)
    at = text.index(pair.right)
    return Wrong(text[:at] + pair.wrong + text[at + len(pair.right) :], at, at + len(pair.wrong))


@cache
def alike() -> dict[str, list[str]]:
    """Common characters by their syllable."""
    found = defaultdict(list)
    for code in range(0x4E00, 0x9FFF):
        try:
            chr(code).encode("gb2312")
        except UnicodeEncodeError:
            continue
        found[pinyin(chr(code), style=Style.NORMAL)[0][0]].append(chr(code))
    return found


def idiom_misspelt(text: str, random: Random) -> Wrong | None:
    places = [at for at in range(len(text) - 3) if text[at : at + 4] in PHRASES_DICT]
    if not places:
        return None
    start = random.choice(places)
    at = start + random.randrange(4)
    others = [one for one in alike()[pinyin(text[at], style=Style.NORMAL)[0][0]] if one != text[at]]
    return Wrong(text[:at] + random.choice(others) + text[at + 1 :], start, start + 4) if others else None


def word_twice(text: str, random: Random) -> Wrong | None:
    at, places = 0, []
    for word, _ in tagged(text):
        if re.fullmatch(f"{HAN}{{2,4}}|[的了在和将对也]", word):
            places.append((at, word))
        at += len(word)
    if not places:
        return None
    at, word = random.choice(places)
    return Wrong(text[:at] + word + text[at:], at, at + 2 * len(word))


def mark_lost(text: str, random: Random) -> Wrong | None:
    places = [at for at, character in enumerate(text) if character in "（）《》“”"]
    if not places:
        return None
    at = random.choice(places)
    # What is left without its other half may stand anywhere in the paragraph.
    return Wrong(text[:at] + text[at + 1 :], 0, len(text))


def weekday(wrong: bool, year: int) -> Maker:
    """A weekday after a date, the right one or another."""

    def put(text: str, random: Random) -> Wrong | None:
        for found in re.finditer(r"(?<!\d)(\d{4}年)?(\d{1,2})月(\d{1,2})日(?![^，。；！？]*\d{4}年)", text):
            told = found[1] or ("" if re.search(r"\d{4}年", text[: found.start()]) else f"{year}年")
            if not told:
                continue
            try:
                day = date(int(told[:4]), int(found[2]), int(found[3]))
            except ValueError:
                continue
            shift = random.randrange(1, 7) if wrong else 0
            name = "一二三四五六日"[(day + timedelta(days=shift)).weekday()]
            words = f"{told}{found[2]}月{found[3]}日（星期{name}）"
            return Wrong(
                text[: found.start()] + words + text[found.end() :], found.start(), found.start() + len(words)
            )
        return None

    return put


def appended(make: Callable[[Random], str]) -> Maker:
    """A sentence of its own at the end of the paragraph."""

    def put(text: str, random: Random) -> Wrong:
        words = make(random)
        return Wrong(text + words, len(text), len(text) + len(words))

    return put


def growth(off: float) -> Maker:
    def make(random: Random) -> str:
        before, told = random.randrange(200, 9_000), random.randrange(5, 90)
        after = round(before * (1 + told / 100))
        return f"产量从{before}万吨增长到{after}万吨，增长{told + round(told * off) + (3 if off else 0)}%。"

    return appended(make)


def parts(off: int) -> Maker:
    def make(random: Random) -> str:
        men, women = random.randrange(20, 900), random.randrange(20, 900)
        return f"共录取{men + women + off}人，其中男生{men}人，女生{women}人。"

    return appended(make)


def shares(off: int) -> Maker:
    def make(random: Random) -> str:
        one, other = random.randrange(20, 50), random.randrange(10, 40)
        return f"稻谷占{one}%，小麦占{other}%，其余作物占{100 - one - other + off}%。"

    return appended(make)


_FULL = str.maketrans("0123456789", "０１２３４５６７８９")
_DIGITS = dict(zip("0123456789", "零一二三四五六七八九", strict=True))
_HALF = dict(zip("，；：？！", ",;:?!", strict=True))

ERRORS: dict[str, Maker] = {
    "miswriting": miswritten,
    "idiom": idiom_misspelt,
    "adverb-di": particle("地", "uv", "的"),
    "complement-de": particle("得", "ud", "的地"),
    "attribute-de": particle("的", "uj", "地"),
    "doubled-words": word_twice,
    "unpaired-marks": mark_lost,
    "half-width-marks": exchanged(rf"(?<={HAN})[，；：？！]|（[^（）]*{HAN}[^（）]*）", lambda m, r: _HALF.get(m[0]) or f"({m[0][1:-1]})"),
    "repeated-marks": exchanged("[，。、]", lambda m, r: m[0] + r.choice("，。、")),
    "misplaced-mark": exchanged("^|[“《（]", lambda m, r: m[0] + r.choice("，。、")),
    "ellipsis": exchanged("……", lambda m, r: r.choice(["...", "。。。", "…", "......"])),
    "dash": exchanged("——", lambda m, r: r.choice(["--", "———", "－－"])),
    "serial-marks": exchanged("^(?:第[一二三四五]|首先|其次)，|^（[一二三四五]）", lambda m, r: m[0].rstrip("，") + "、"),
    "full-width-letters": exchanged(r"\d+", lambda m, r: m[0].translate(_FULL)),
    "chinese-zero": exchanged(r"(?<!\d)(?:19|20)0?\d?0?\d?(?=年)(?<=\d{4})", lambda m, r: "".join(_DIGITS[c] for c in m[0])),
    "approximate-numbers": exchanged(r"(?<![\d.第])\d{1,2}(?=个(?![百月])|天|人|岁|家)", lambda m, r: r.choice(["3、4", "五、六", "两、三", "7、8"])),
    "mixed-numbers": exchanged(r"(?<![\d.])\d{4}(?=[人名个家户])|\d+%", lambda m, r: f"百分之{m[0][:-1]}" if m[0].endswith("%") else f"{m[0][0]}千{m[0][1]}百"),
    "number-range": exchanged(r"(?<![\d.])\d{2}%", lambda m, r: f"{m[0][:-1]}{r.choice('~—至')}{int(m[0][:-1]) + r.randrange(1, 9)}%"),
    "times-less": exchanged(r"(?:下降|减少|降低)了?\d+(?:\.\d+)?%", lambda m, r: f"{m[0][:2]}了{r.choice(['2', '两', '3.5', '近十'])}倍"),
    "twice-approximate": exchanged(r"(?:约|近)\d+(?=[人名个家户])|(?<![\d.约近])\d+[多余](?=[人名个家户])", lambda m, r: f"{m[0]}多" if m[0][0] in "约近" else f"约{m[0]}"),
    "two-of-things": exchanged("(?<![一-鿿])两(?=[个天])|(?<=[有这])两(?=[个天])", lambda m, r: "二"),
    "unit-symbol": exchanged(r"(?<=\d)(?:公里|公斤|千克|千瓦时)", lambda m, r: {"公里": "KM", "千瓦时": "KWH"}.get(m[0], "KG")),
    "obsolete-unit": exchanged(r"(?<=\d)(?:厘米|海里|米(?=[，。高长宽深的]))", lambda m, r: {"厘米": "公分", "海里": "浬"}.get(m[0], "公尺")),
    "impossible-date": exchanged(r"(?<!\d)(?:[246]|9|11)月\d{1,2}日", lambda m, r: f"{m[0].split('月')[0]}月31日"),
    "growth": growth(0.4),
    "parts": parts(10),
    "shares": shares(5),
}  # fmt: skip
# Sentences of the same form that are right: what a rule doubts in them is a false alarm.
RIGHT: dict[str, Maker] = {"growth": growth(0), "parts": parts(0), "shares": shares(0)}
