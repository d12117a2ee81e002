"""Numbers by GB/T 15835-2011 (出版物上数字用法)."""

import re
from collections.abc import Iterator

from meiri.proofing.rules.numerals import CHINESE_DIGITS, digit_of
from meiri.proofing.rules.rule import Doubt, Known, Level, Rule

NORM = "GB/T 15835—2011《出版物上数字用法》"


class ChineseZero(Rule):
    name = "chinese-zero"
    label = "年份中的“〇”"
    level = Level.ERROR
    explanation = "汉字年份里的“0”写作“〇”。"
    norm = f"{NORM} 5.2.4"
    _year = re.compile(r"(?<![一二三四五六七八九零〇])[一二三四五六七八九零〇]{4}(?=年)")

    def doubts_about(self, text: str, known: Known) -> Iterator[Doubt]:
        for found in self._year.finditer(text):
            if "零" in found[0]:
                yield Doubt(*found.span(), (found[0].replace("零", "〇"),))


class ApproximateNumbers(Rule):
    name = "approximate-numbers"
    label = "概数"
    level = Level.ERROR
    explanation = "相邻两个数连用表示概数，用汉字，中间不加顿号。"
    norm = f"{NORM} 4.2.2"
    _arabic = re.compile(
        r"(?<![\d.第、—~～至到比分秒])([1-9])、([1-9])(?=(?:个|天|人|次|岁|名|位|倍|成|家|辆|斤|里|分钟|小时|年)(?![级度报初第]))"
    )
    _chinese = re.compile(
        rf"(?<![第初{CHINESE_DIGITS}十百千万、])([一二三四五六七八])、([二三四五六七八九])(?=(?:个|天|人|次|岁|名|位|倍|成|家|十|百|千|万)(?!级))"
    )

    def doubts_about(self, text: str, known: Known) -> Iterator[Doubt]:
        for pattern in (self._arabic, self._chinese):
            for found in pattern.finditer(text):
                one, other = (
                    int(part) if part.isdecimal() else digit_of(part) or 0 for part in found.groups()
                )
                if other == one + 1:
                    words = CHINESE_DIGITS[one] + CHINESE_DIGITS[other]
                    yield Doubt(*found.span(), ("两三" if words == "二三" else words,))


class MixedNumbers(Rule):
    name = "mixed-numbers"
    label = "汉字与阿拉伯数字混用"
    level = Level.ERROR
    explanation = "同一个数里，阿拉伯数字只与“万”“亿”连用。"
    norm = f"{NORM} 5.1.1"
    _mixed = re.compile(
        rf"(?<![\d.])\d{{1,6}}[十百千]\d{{1,6}}(?![\d.])|(?<![\d.])\d{{1,6}}百(?=[个人名位次年天家亩元套件部座场余多])|"
        rf"(?<=[{CHINESE_DIGITS[1:]}十百千])(?<!第[一二三])\d{{1,6}}(?=[个人名位次天岁家元])|百分之\d{{1,6}}(?:\.\d{{1,6}})?"
    )

    def doubts_about(self, text: str, known: Known) -> Iterator[Doubt]:
        for found in self._mixed.finditer(text):
            yield Doubt(*found.span(), _written(found[0]))


def _written(words: str) -> tuple[str, ...]:
    """The number in figures, where that is plain."""
    if words.startswith("百分之"):
        return (f"{words[3:]}%",)
    whole, unit, rest = (
        re.split("([十百千])", words, maxsplit=1) if re.search("[十百千]", words) else (words, "", "")
    )
    zeros = {"十": 1, "百": 2, "千": 3}.get(unit, 0)
    if zeros and len(rest) <= zeros and whole.isdecimal() and len(whole) < 4:
        return (f"{whole}{rest.ljust(zeros, '0') if len(rest) == 1 else rest.rjust(zeros, '0')}",)
    return ()


class NumberRanges(Rule):
    name = "number-range"
    label = "数值范围"
    level = Level.ADVICE
    explanation = "前一个数也要写出“%”或“万”“亿”，免得误读。"
    norm = f"{NORM} 5.1.3"
    _range = re.compile(
        r"(?<![\d.~～—\-至到])(\d{1,9}(?:\.\d{1,4})?)([-—~～至到])(\d{1,9}(?:\.\d{1,4})?)([%％万亿])"
    )

    def doubts_about(self, text: str, known: Known) -> Iterator[Doubt]:
        for found in self._range.finditer(text):
            first, to, second, unit = found.groups()
            if first != "0" and len(first) < 5 and float(first) < float(second):
                yield Doubt(*found.span(), (f"{first}{unit}{to}{second}{unit}",))


class TimesLess(Rule):
    name = "times-less"
    label = "减少用倍数"
    level = Level.ERROR
    explanation = "减少、下降不能用倍数，请改用百分比或分数。"
    norm = "《现代汉语》倍数用法"
    _times = re.compile(
        r"(?:减少|下降|降低|缩短|缩小|减小|下跌|减轻|回落)了?(?:近|约|超过)?[\d.一二两三四五六七八九十百数几]{1,8}[多余]?倍"
    )

    def doubts_about(self, text: str, known: Known) -> Iterator[Doubt]:
        return (Doubt(*found.span()) for found in self._times.finditer(text))


class TwiceApproximate(Rule):
    name = "twice-approximate"
    label = "约数重复"
    level = Level.ADVICE
    explanation = "表示约数的词用了两个，请保留一个。"
    norm = f"{NORM} 4.2.2"
    _twice = re.compile(
        r"(大约|约|将近|近|超过|逾)(?!的)\d[\d.]{0,9}(?:[万亿千百]{0,2}(?:左右|上下)|[多余]?[万亿千百]{0,2}[个名人元户家次吨亩米%天年岁]{1,2}(?:左右|上下)|[万亿千百]{0,2}[多余](?=[万亿个名人元户家次吨亩米天年岁]))"
    )

    def doubts_about(self, text: str, known: Known) -> Iterator[Doubt]:
        for found in self._twice.finditer(text):
            words = found[0]
            without = words[len(found[1]) :]
            plain = re.sub("左右|上下|[多余]", "", words)
            yield Doubt(*found.span(), (plain, without))


class TwoOfThings(Rule):
    name = "two-of-things"
    label = "“二”与“两”"
    level = Level.ERROR
    explanation = "量词前面用“两”。"
    norm = "《现代汉语词典》“两”"
    _two = re.compile(
        rf"(?<![第十百千万零初{CHINESE_DIGITS}\d、—第其周])二(?=(?:个|天|辆|条|件|座|艘|家|张|项)(?!元|五|代|级|号|孩|胎))"
    )

    def doubts_about(self, text: str, known: Known) -> Iterator[Doubt]:
        return (Doubt(*found.span(), ("两",)) for found in self._two.finditer(text))
