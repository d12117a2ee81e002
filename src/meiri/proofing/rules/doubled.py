"""Words that were written twice."""

import itertools
import re
from collections.abc import Iterator

from meiri.proofing.rules.rule import Doubt, Known, Level, Rule
from meiri.search.words import cut, tagged

# Words that are never said twice side by side.
_ONCE = frozenset(
    [
        "的",
        "了",
        "在",
        "是",
        "和",
        "与",
        "及",
        "将",
        "把",
        "被",
        "从",
        "向",
        "为",
        "对",
        "由",
        "于",
        "以",
        "而",
        "并",
        "或",
        "但",
        "也",
        "都",
        "就",
        "还",
        "又",
        "很",
        "更",
        "最",
        "这",
        "那",
        "其",
        "该",
        "地",
        "得",
        "着",
        "过",
        "等",
        "所",
        "使",
        "让",
    ]
)
_FREE = frozenset(["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"])
# Two syllables that are said twice for emphasis.
_EMPHATIC = frozenset(
    [
        "研究",
        "考虑",
        "讨论",
        "商量",
        "学习",
        "锻炼",
        "休息",
        "打听",
        "了解",
        "认识",
        "收拾",
        "整理",
        "活动",
        "放松",
        "合计",
        "琢磨",
        "打扮",
        "热闹",
        "高兴",
        "凉快",
        "表示",
        "意思",
        "教育",
        "帮助",
        "很多",
        "许多",
        "好多",
        "非常",
        "一个",
        "一步",
        "一点",
        "一次",
        "一年",
        "一代",
        "一天",
        "一批",
        "一座",
        "一件",
        "一片",
        "一家",
        "一层",
        "一圈",
        "一遍",
        "一口",
        "一笔",
        "一针",
        "一砖",
        "一句",
        "一页",
        "一户",
        "大家",
        "你好",
        "谢谢",
        "再见",
        "加油",
        "快点",
        "快来",
        "不要",
        "不行",
        "不是",
        "没有",
        "好的",
        "可以",
        "知道",
        "中国",
        "永远",
        "哈哈",
        "感谢",
        "祝福",
        "等等",
        "多多",
        "常常",
        "欢迎",
        "一二",
    ]
)


class DoubledWords(Rule):
    name = "doubled-words"
    label = "重复的字词"
    level = Level.ERROR
    explanation = "同一个词连写了两遍。"
    norm = "《图书质量管理规定》附件“多字”"
    _again = re.compile(r"([\u4e00-\u9fff]{2,6})\1")
    _twice = re.compile(r"([\u4e00-\u9fff])\1")

    def doubts_about(self, text: str, known: Known) -> Iterator[Doubt]:
        suspects = [found for found in self._again.finditer(text) if len(set(found[1])) > 1]
        if not suspects and not any(found[1] in _ONCE for found in self._twice.finditer(text)):
            return
        words = cut(text)
        bounds = list(itertools.accumulate(map(len, words), initial=0))
        starts = set(bounds)
        for found in suspects:
            word, middle = found[1], found.end(1)
            if starts >= {found.start(), middle, found.end()} and not self._may_be_said_twice(text, found):
                yield Doubt(found.start(), found.end(), (word,))
        for (one, other), at in zip(itertools.pairwise(words), bounds[1:], strict=False):
            if one == other and one in _ONCE:
                yield Doubt(at - 1, at + 1, (one,))

    def _may_be_said_twice(self, text: str, found: re.Match[str]) -> bool:
        word = found[1]
        if word in _EMPHATIC or word[0] in _FREE:
            return True
        # Said three times it is meant; so is a name that a name begins with: 南苏丹苏丹人民解放运动.
        return text.startswith(word[:2], found.end()) or any(
            tag.startswith(("nr", "ns", "nt", "nz")) for _, tag in tagged(word)
        )
