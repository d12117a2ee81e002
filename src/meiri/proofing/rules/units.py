"""Units of measurement: the legal ones of China, as GB 3100 writes them."""

import re
from collections.abc import Iterator

from meiri.proofing.rules.rule import Doubt, Known, Level, Rule

_SYMBOLS = {
    "km": "km",
    "kg": "kg",
    "kw": "kW",
    "kwh": "kWh",
    "mm": "mm",
    "cm": "cm",
    "khz": "kHz",
    "mhz": "MHz",
    "ghz": "GHz",
    "mw": "MW",
}
_OBSOLETE = {
    "公分": "厘米", "公尺": "米", "公升": "升", "英哩": "英里", "英呎": "英尺", "英吋": "英寸", "平方公尺": "平方米",
    "立方公尺": "立方米", "瓩": "千瓦", "浬": "海里", "兆赫兹": "兆赫", "千瓦/小时": "千瓦时", "千瓦／小时": "千瓦时",
}  # fmt: skip


class UnitSymbols(Rule):
    name = "unit-symbol"
    label = "计量单位符号"
    level = Level.ERROR
    explanation = "计量单位符号的大小写有规定。"
    norm = "GB 3100—93《国际单位制及其应用》"
    _symbol = re.compile(r"(?<=[\d万亿千百])\s?(km|kg|kwh|kw|mm|cm|khz|mhz|ghz)(?![a-zA-Z\d])", re.IGNORECASE)

    def doubts_about(self, text: str, known: Known) -> Iterator[Doubt]:
        for found in self._symbol.finditer(text):
            if found[1] != (right := _SYMBOLS[found[1].lower()]):
                yield Doubt(*found.span(1), (right,))


class ObsoleteUnits(Rule):
    name = "obsolete-unit"
    label = "非法定计量单位"
    level = Level.ERROR
    explanation = "这是停止使用的计量单位，或写法有误。"
    norm = "《中华人民共和国法定计量单位》（1984）；GB 3100—93"
    _unit = re.compile(
        r"(?<=[\d万亿千百十几数多余])(?:" + "|".join(sorted(_OBSOLETE, key=len, reverse=True)) + ")"
    )

    def doubts_about(self, text: str, known: Known) -> Iterator[Doubt]:
        for found in self._unit.finditer(text):
            yield Doubt(*found.span(), (_OBSOLETE[found[0]],))
