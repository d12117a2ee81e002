"""的, 地 and 得."""

import re
from collections.abc import Iterator
from pathlib import Path

from meiri.proofing.rules.numerals import HAN, is_han
from meiri.proofing.rules.rule import Doubt, Known, Level, Rule
from meiri.search.words import cut


def _read_words() -> dict[str, list[str]]:
    """The words of `particles.txt` by their headings."""
    found: dict[str, list[str]] = {}
    for line in Path(__file__).with_name("particles.txt").read_text().splitlines():
        if line.startswith("["):
            words = found.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            words += line.split()
    return found


_WORDS = _read_words()
_ADVERBS = _WORDS["adverbs"]
_VERBS = _WORDS["deeds"]
_NOUNS_TOO = frozenset(_WORDS["deeds that are things too"])
_NEVER_OF_THINGS = frozenset(_WORDS["adverbs alone"])

_THINGS = tuple(_WORDS["things"])


def _any_of(words) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


class AdverbParticle(Rule):
    name = "adverb-di"
    label = "“的”应为“地”"
    level = Level.ERROR
    explanation = "修饰动作用“地”。"
    norm = "《现代汉语词典》（第 7 版）“地”"
    _of = re.compile(rf"({_any_of(_ADVERBS)})的({_any_of(_VERBS)})(?=(.?.?))")
    # With an object after it the deed is a deed: 更好的推动高质量发展, but 更好的服务, 更有力的保障.
    _better = re.compile(
        r"(更加?(?:好|多|快|有效|有力|紧密|坚定|深入|主动|广泛|充分|自觉|积极|精准))的"
        r"(推动|推进|促进|维护|满足|实现|贯彻|履行|发挥|造福|保障|服务|支持|参与|融入|开展|团结|统筹|助力|展现|展示|传承|弘扬|讲好|惠及|走向|走进|应对|解决)"
        rf"(?={HAN}{{2}})(?!{HAN}{{0,2}}[的之和与、])(?!{'|'.join(_THINGS)})"
    )

    def doubts_about(self, text: str, known: Known) -> Iterator[Doubt]:
        for found in self._better.finditer(text):
            yield Doubt(found.end(1), found.end(1) + 1, ("地",), f"“{found[1]}”修饰“{found[2]}”，用“地”。")
        for found in self._of.finditer(text):
            adverb, verb, after = found.groups()
            at = found.end(1)
            if verb in _NOUNS_TOO and not (adverb in _NEVER_OF_THINGS or after[:1] in ("了", "着", "过")):
                continue
            if self._names_a_thing(text, found.end()):
                continue
            yield Doubt(at, at + 1, ("地",), f"“{adverb}”修饰“{verb}”，用“地”。")

    def _names_a_thing(self, text: str, end: int) -> bool:
        """Whether the verb says of which kind the thing is that follows: 公正的解决方案, 源源不断的前进动力."""
        return text[end : end + 1] == "的" or text.startswith(_THINGS, end)


class ComplementParticle(Rule):
    name = "complement-de"
    label = "“的”“地”应为“得”"
    level = Level.ERROR
    explanation = "动词后面说明结果、程度用“得”。"
    norm = "《现代汉语词典》（第 7 版）“得”"
    _after = re.compile(
        r"(?:(?:[觉显变])(?P<a>[的地])(?=更加?[^一-鿿]|更加|越来越|很|十分|非常|格外|尤为|愈发|愈加|有些))|(?:[获取赢](?P<d>[的地])(?=了(?:一|显|重|新|积|阶|丰|成|巨|圆|全|历)))"
        r"|(?:(?P<deed>做|干|走|跑|飞|长|写|说|讲|办|学|活|过|吃|睡|打|看|听|想|管|种|养|建|玩|住|来|去|站|坐)(?P<b>[的地])(?=(?:很|更|非常|十分|特别|越来越|太|真)(?:好|快|慢|高|远|早|晚|稳|美|香|甜|开心|漂亮|精彩|扎实|幸福|踏实|成功|认真|清楚|明白|顺利|舒服|红火)(?:[，。！？；、]|了|$)))"
        r"|(?:(?<=[，。；也就])不(?P<c>[的地])不(?=[一-鿿]))"
    )

    def doubts_about(self, text: str, known: Known) -> Iterator[Doubt]:
        for found in self._after.finditer(text):
            at = next(found.start(name) for name in "abcd" if found[name])
            yield Doubt(at, at + 1, ("得",))


_BEFORE_OF = frozenset(_WORDS["before 的"])
_IS_PLACE = frozenset(_WORDS["in words with 地"])


class AttributeParticle(Rule):
    name = "attribute-de"
    label = "“地”应为“的”"
    level = Level.ERROR
    explanation = "修饰名词用“的”。"
    norm = "《现代汉语词典》（第 7 版）“的”"
    _suspect = re.compile(rf"(?<={HAN}{{2}})地(?={HAN})")

    def doubts_about(self, text: str, known: Known) -> Iterator[Doubt]:
        if not self._suspect.search(text):
            return
        words = cut(text)
        at = 0
        for before, word, after in zip(words, words[1:], words[2:], strict=False):
            at += len(before)
            if word == "地" and before in _BEFORE_OF and is_han(after[0]) and after[0] not in _IS_PLACE:
                yield Doubt(at, at + 1, ("的",), f"“{before}”后面用“的”。")
