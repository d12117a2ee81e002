"""Punctuation marks by GB/T 15834-2011 (标点符号用法), and half and full width."""

import re
from collections.abc import Iterator

from meiri.proofing.rules.numerals import HAN, is_han
from meiri.proofing.rules.rule import Doubt, Known, Level, Rule

NORM = "GB/T 15834—2011《标点符号用法》"
_FULL = str.maketrans(",;:?!()", "，；：？！（）")


class HalfWidthMarks(Rule):
    name = "half-width-marks"
    label = "半角标点"
    level = Level.ERROR
    explanation = "中文里的标点用全角。"
    norm = f"{NORM} 5.1"
    _mark = re.compile(rf"(?<={HAN})(?:[,;?!]|:(?![/\d]))")
    _stop = re.compile(rf"(?<={HAN})\.(?=[”’」』）]?$|{HAN}{HAN})")
    _brackets = re.compile(r"\([^()（）\n]{1,60}\)")
    _mixed = re.compile(r"\([^()（）\n]{1,60}）|（[^()（）\n]{1,60}\)")
    _quotes = re.compile(r"\"[^\"“”\n]{1,120}\"")

    def doubts_about(self, text: str, known: Known) -> Iterator[Doubt]:
        for found in self._mark.finditer(text):
            yield Doubt(*found.span(), (found[0].translate(_FULL),))
        for found in self._stop.finditer(text):
            yield Doubt(*found.span(), ("。",))
        if "(" in text or ")" in text:
            for found in (*self._brackets.finditer(text), *self._mixed.finditer(text)):
                if any(map(is_han, found[0])):
                    yield Doubt(*found.span(), (f"（{found[0][1:-1]}）",))
        if '"' in text:
            for found in self._quotes.finditer(text):
                if any(map(is_han, found[0])):
                    yield Doubt(*found.span(), (f"“{found[0][1:-1]}”",), "中文用弯引号“”。")


class FullWidthLetters(Rule):
    name = "full-width-letters"
    label = "全角字母数字"
    level = Level.ADVICE
    explanation = "阿拉伯数字和拉丁字母用半角。"
    norm = "GB/T 15835—2011《出版物上数字用法》"
    _run = re.compile(r"[０-９Ａ-Ｚａ-ｚ]+(?:．[０-９]+)?")
    _half = {code: code - 0xFEE0 for code in range(ord("！"), ord("～") + 1)}

    def doubts_about(self, text: str, known: Known) -> Iterator[Doubt]:
        for found in self._run.finditer(text):
            yield Doubt(*found.span(), (found[0].translate(self._half),))


class RepeatedMarks(Rule):
    name = "repeated-marks"
    label = "标点重复"
    level = Level.ERROR
    explanation = "两个点号连在一起，请保留一个。"
    norm = f"{NORM} 4"
    _pair = re.compile(r"([，、；：])[，。、；：]+|。[，、；：]+|(?<!。)。。(?!。)")
    _outside = re.compile(r"。”。")

    def doubts_about(self, text: str, known: Known) -> Iterator[Doubt]:
        for found in self._pair.finditer(text):
            marks = tuple(dict.fromkeys(found[0]))
            yield Doubt(*found.span(), marks[::-1] if "。" in marks[1:] else marks)
        for found in self._outside.finditer(text):
            yield Doubt(*found.span(), ("。”", "”。"), "引号内外都用了句号，请保留一个。")


class Ellipses(Rule):
    name = "ellipsis"
    label = "省略号"
    level = Level.ERROR
    explanation = "省略号是六个点，占两个字：……。"
    norm = f"{NORM} 4.11"
    _dots = re.compile(r"(?<![.\w])\.{3,}(?![.\w])|(?<=[^\x00-\x7f])\.{3,}|。{3,}|(?<!…)…(?!…)")
    _etc = re.compile(r"……等等?(?=[，。；）]|$)")

    def doubts_about(self, text: str, known: Known) -> Iterator[Doubt]:
        for found in self._dots.finditer(text):
            yield Doubt(*found.span(), ("……",))
        for found in self._etc.finditer(text):
            yield Doubt(*found.span(), ("等", "……"), "省略号和“等”意思重复，请保留一个。", Level.ADVICE)


class Dashes(Rule):
    name = "dash"
    label = "破折号"
    level = Level.ERROR
    explanation = "破折号占两个字，不断开：——。"
    norm = f"{NORM} 4.10"
    _dash = re.compile(r"(?<![-\w])--+(?![-\w])|(?<=[^\x00-\x7f])--+|[－ー]{2,}|—{3,}")

    def doubts_about(self, text: str, known: Known) -> Iterator[Doubt]:
        for found in self._dash.finditer(text):
            yield Doubt(*found.span(), ("——",))


class MisplacedMarks(Rule):
    name = "misplaced-mark"
    label = "标点位置"
    level = Level.ERROR
    explanation = "这个标点不能放在一段的开头。"
    norm = f"{NORM} 5.1"
    _start = re.compile(r"^[，。、；：？！）》〉」』]+")
    _inner = re.compile(r"[“‘（《〈「『][，。、；：]")

    def doubts_about(self, text: str, known: Known) -> Iterator[Doubt]:
        if found := self._start.match(text):
            yield Doubt(*found.span())
        for found in self._inner.finditer(text):
            yield Doubt(*found.span(), (found[0][0],), "引号、括号、书名号的前一半后面不跟点号。")


class SerialMarks(Rule):
    name = "serial-marks"
    label = "序次语"
    level = Level.ADVICE
    explanation = "序次语后面的标点不规范。"
    norm = f"{NORM} 附录 B.3"
    _ordinal = re.compile(r"(?:第[一二三四五六七八九十]|首先|其次|再次|最后)、")
    _bracketed = re.compile(r"[（(][一二三四五六七八九十\d]{1,3}[）)][、，.．]")
    _number = re.compile(r"\d{1,2}、(?!\d)")

    def doubts_about(self, text: str, known: Known) -> Iterator[Doubt]:
        if found := self._ordinal.match(text):
            yield Doubt(*found.span(), (f"{found[0][:-1]}，",), "“第一”“首先”后面用逗号。")
        elif found := self._bracketed.match(text):
            yield Doubt(*found.span(), (found[0][:-1],), "带括号的序次语后面不再用标点。")
        elif found := self._number.match(text):
            yield Doubt(*found.span(), (f"{found[0][:-1]}.",), "阿拉伯数字作序次语，后面用下脚点。")
