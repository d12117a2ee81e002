"""Figures of one sentence that do not add up."""

import re
from collections.abc import Iterator
from decimal import Decimal

from meiri.proofing.rules.rule import Doubt, Known, Level, Rule

_SENTENCE = re.compile(r"[^。！？；\n]+")
_NUMBER = r"\d{1,12}(?:\.\d{1,4})?"


class GrowthDisagrees(Rule):
    name = "growth"
    label = "增幅算不拢"
    level = Level.DOUBT
    explanation = "前后两个数与增减的百分比对不上。"
    norm = "数据核算"
    _growth = re.compile(
        rf"从[^，。；从]{{0,12}}?({_NUMBER})([万亿千]?)([^\d，。；]{{0,6}})"
        rf"(增长|增加|提高|上升|提升|扩大|增|升|下降|减少|降低|降|减)(?:到|至|为)[^，。；\d]{{0,8}}({_NUMBER})([万亿千]?)[^\d，。；]{{0,6}}，"
        rf"(?:同比)?(?:增长|增幅|增加|提高|上升|提升|下降|减少|降低|降幅|涨幅)(?:了|为|达|达到)?({_NUMBER})%"
    )
    _units = {"": 1, "千": 1_000, "万": 10_000, "亿": 100_000_000}

    def doubts_about(self, text: str, known: Known) -> Iterator[Doubt]:
        if "从" not in text or "%" not in text:
            return
        for found in self._growth.finditer(text):
            if found[3].startswith("%"):
                continue  # percentages that grow are told in points
            before = Decimal(found[1]) * self._units[found[2] or found[6]]
            after = Decimal(found[5]) * self._units[found[6]]
            told = Decimal(found[7])
            if not before or before == after:
                continue
            real = abs(after - before) / before * 100
            if abs(real - told) > max(Decimal(1), told / 20):
                yield Doubt(*found.span(7), sentence=f"按前后两个数计算，变化约{real:.1f}%。")


class PartsDoNotAddUp(Rule):
    name = "parts"
    label = "分项与合计不符"
    level = Level.DOUBT
    explanation = "各部分加起来与合计对不上。"
    norm = "数据核算"
    _sexes = re.compile(
        r"(\d{1,9})[人名位][^。；！？\d]{0,16}?其中[，：]?男[^，。、\d]{0,4}(\d{1,9})[人名位][，、](?:其中)?女[^，。、\d]{0,4}(\d{1,9})[人名位]"
    )
    _hurt = re.compile(
        r"(\d{1,6})人(?:死亡|遇难)[，、](\d{1,6})人受伤[^。；！？\d]{0,16}(?:共|合计|总计)[^。；！？\d]{0,8}(\d{1,6})人(?:伤亡|死伤)"
    )

    def doubts_about(self, text: str, known: Known) -> Iterator[Doubt]:
        for found in self._sexes.finditer(text):
            total, *parts = map(int, found.groups())
            if total != sum(parts):
                yield Doubt(
                    *found.span(), sentence=f"{'＋'.join(map(str, parts))}＝{sum(parts)}，不是{total}。"
                )
        for found in self._hurt.finditer(text):
            *parts, total = map(int, found.groups())
            if total != sum(parts):
                yield Doubt(
                    *found.span(), sentence=f"{'＋'.join(map(str, parts))}＝{sum(parts)}，不是{total}。"
                )


class SharesDoNotAddUp(Rule):
    name = "shares"
    label = "百分比加起来不是 100%"
    level = Level.DOUBT
    explanation = "各部分的百分比加起来应是 100%。"
    norm = "数据核算"
    _share = re.compile(rf"({_NUMBER})%")
    _rest = re.compile(rf"(?:其余|其他|其它|剩余)[^，。；\d]{{0,10}}占[^，。；\d]{{0,6}}{_NUMBER}%$")

    def doubts_about(self, text: str, known: Known) -> Iterator[Doubt]:
        if "%" not in text:
            return
        for sentence in _SENTENCE.finditer(text):
            shares = list(self._share.finditer(sentence[0]))
            if not 3 <= len(shares) <= 12 or not self._rest.search(sentence[0]):
                continue
            if sentence[0].count("占") != len(shares):
                continue
            total = sum((Decimal(share[1]) for share in shares), Decimal())
            if abs(total - 100) > Decimal("0.5"):
                yield Doubt(
                    sentence.start() + shares[0].start(),
                    sentence.start() + shares[-1].end(),
                    sentence=f"{'＋'.join(share[1] for share in shares)}＝{total}（%）。",
                )
