"""A backtracking matcher that counts its steps: `re` takes the same ones, but tells nobody how many.

It walks the parse tree of `re` itself and tries alternatives in the same order, so that a pattern whose steps grow faster
than the text does so in `re` as well.
"""

import math
import re
import sys
from collections.abc import Iterator
from re import _constants as c  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]

MOST_ATTACKS = 80
BUDGET = 1_000_000
SINGLE = (c.LITERAL, c.NOT_LITERAL, c.ANY, c.IN)
_CATEGORIES = {
    c.CATEGORY_DIGIT: str.isdecimal,
    c.CATEGORY_NOT_DIGIT: lambda x: not x.isdecimal(),
    c.CATEGORY_SPACE: str.isspace,
    c.CATEGORY_NOT_SPACE: lambda x: not x.isspace(),
    c.CATEGORY_WORD: lambda x: x.isalnum() or x == "_",
    c.CATEGORY_NOT_WORD: lambda x: not (x.isalnum() or x == "_"),
}


class TooManySteps(Exception):
    """A pattern took more steps than any that is linear."""


class Steps:
    """One pattern, and how many steps it has taken."""

    def __init__(self, pattern: re.Pattern):
        source = pattern.pattern
        self.tree = parser.parse(source, pattern.flags & ~re.DEBUG)
        self.flags = self.tree.state.flags
        self.taken = 0
        self._known: dict[tuple[int, str], bool] = {}
        self._groups: dict[int, tuple[int, int]] = {}

    def count(self, text: str, anchored: bool = False) -> int:
        """The steps of all matches in `text`, or of the one at its beginning."""
        self.taken, self._text, at = 0, text, 0
        sys.setrecursionlimit(max(sys.getrecursionlimit(), 60_000))
        while at <= len(text):
            end = next(self._match(self.tree, 0, at), None)
            if anchored:
                break
            at = at + 1 if end is None or end == at else end
        return self.taken

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where it matches, to be compared with what `re` finds."""
        self._text, at, found = text, 0, []
        while at <= len(text):
            end = next(self._match(self.tree, 0, at), None)
            if end is not None:
                found.append((at, end))
            at = at + 1 if end is None or end == at else end
        return found

    def _match(self, items, index: int, at: int) -> Iterator[int]:
        if index == len(items):
            yield at
            return
        self.taken += 1
        if self.taken > BUDGET:
            raise TooManySteps
        op, value = items[index]
        if op in SINGLE:
            if at < len(self._text) and self._fits(items[index], self._text[at]):
                yield from self._match(items, index + 1, at + 1)
            return
        for end in self._ends(op, value, at):
            yield from self._match(items, index + 1, end)

    def _ends(self, op, value, at: int) -> Iterator[int]:
        match op:
            case c.SUBPATTERN:
                group, body = value[0], value[-1]
                for end in self._match(body, 0, at):
                    if group is not None:
                        self._groups[group] = (at, end)
                    yield end
            case c.BRANCH:
                for body in value[1]:
                    yield from self._match(body, 0, at)
            case c.MAX_REPEAT | c.POSSESSIVE_REPEAT:
                ends = self._repeated(*value, at)
                yield from ends if op is c.MAX_REPEAT else list(ends)[:1]
            case c.MIN_REPEAT:
                yield from self._repeated_least(*value, at, 0)
            case c.ATOMIC_GROUP:
                yield from list(self._match(value, 0, at))[:1]
            case c.ASSERT | c.ASSERT_NOT:
                way, body = value
                start = at if way > 0 else at - body.getwidth()[0]
                found = start >= 0 and next(self._match(body, 0, start), None) is not None
                if found == (op is c.ASSERT):
                    yield at
            case c.GROUPREF:
                start, end = self._groups.get(value, (0, 0))
                said = self._text[start:end]
                self.taken += len(said)
                if self._same(self._text[at : at + len(said)], said):
                    yield at + len(said)
            case c.AT:
                if self._stands(value, at):
                    yield at
            case _:
                raise NotImplementedError(str(op))

    def _repeated(self, least: int, most: int, body, at: int) -> Iterator[int]:
        if len(body) == 1 and body[0][0] in SINGLE:
            end = at
            while end - at < most and end < len(self._text) and self._fits(body[0], self._text[end]):
                self.taken += 1
                end += 1
            for place in range(end, at + least - 1, -1):
                self.taken += 1
                yield place
            return
        yield from self._repeated_most(least, most, body, at, 0)

    def _repeated_most(self, least, most, body, at: int, times: int) -> Iterator[int]:
        if times < most:
            for end in self._match(body, 0, at):
                if end > at or times < least:
                    yield from self._repeated_most(least, most, body, end, times + 1)
        if times >= least:
            yield at

    def _repeated_least(self, least, most, body, at: int, times: int) -> Iterator[int]:
        while True:
            if times >= least:
                yield at
            if times >= most:
                return
            if len(body) == 1 and body[0][0] in SINGLE:
                self.taken += 1
                if at >= len(self._text) or not self._fits(body[0], self._text[at]):
                    return
                at, times = at + 1, times + 1
                continue
            for end in self._match(body, 0, at):
                if end > at or times < least:
                    yield from self._repeated_least(least, most, body, end, times + 1)
            return

    def _fits(self, item, character: str) -> bool:
        key = (id(item), character)
        if key not in self._known:
            forms = {character}
            if self.flags & re.IGNORECASE:
                forms |= {character.lower(), character.upper()}
            self._known[key] = any(self._fits_one(item, form) for form in forms)
        return self._known[key]

    def _fits_one(self, item, character: str) -> bool:
        op, value = item
        match op:
            case c.LITERAL:
                return ord(character) == value if len(character) == 1 else False
            case c.NOT_LITERAL:
                return ord(character) != value if len(character) == 1 else True
            case c.ANY:
                return bool(self.flags & re.DOTALL) or character != "\n"
            case c.RANGE:
                return len(character) == 1 and value[0] <= ord(character) <= value[1]
            case c.CATEGORY:
                ascii_only = self.flags & re.ASCII and not character.isascii()
                return _CATEGORIES[value](character) and not ascii_only
            case c.IN:
                negated = value[0][0] is c.NEGATE
                return any(self._fits_one(one, character) for one in value[negated:]) != negated
        raise NotImplementedError(str(op))

    def _same(self, one: str, other: str) -> bool:
        return one.lower() == other.lower() if self.flags & re.IGNORECASE else one == other

    def _stands(self, where, at: int) -> bool:
        text = self._text
        match where:
            case c.AT_BEGINNING:
                return at == 0 or bool(self.flags & re.MULTILINE and text[at - 1] == "\n")
            case c.AT_BEGINNING_STRING:
                return at == 0
            case c.AT_END:
                ends = at == len(text) or (at == len(text) - 1 and text[at] == "\n")
                return ends or bool(self.flags & re.MULTILINE and text[at] == "\n")
            case c.AT_END_STRING:
                return at == len(text)
        word = _CATEGORIES[c.CATEGORY_WORD]
        before = at > 0 and word(text[at - 1])
        after = at < len(text) and word(text[at])
        return (before != after) == (where is c.AT_BOUNDARY)


class Attacks:
    """Texts that a pattern may find hard: what begins to match again and again, and what ends just before it would."""

    GENERIC = (
        " ",
        "\u3000",
        "\t ",
        "\n",
        "a",
        "1",
        "中",
        "<",
        "<a ",
        "来源：",
        ",",
        "，",
        "-",
        "（",
        "a1",
        "a.",
        "http://a/",
    )
    ALPHABET = "a1中 <\">=：:（)-_/.，。#x\u3000\n'x"

    def __init__(self, steps: Steps):
        self._steps = steps
        self.pumps: list[tuple[str, str]] = [("", pump) for pump in self.GENERIC]
        self._walk(steps.tree, "")
        self.pumps = list(dict.fromkeys((before, pump) for before, pump in self.pumps if pump))

    def _walk(self, items, before: str) -> str:
        """Gather pumps from all prefixes of `items`; returns `before` with a sample of all of it."""
        for op, value in items:
            if op in (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT):
                least, _, body = value
                sample = self._walk(body, "")
                self.pumps += [(before, sample), ("", before + sample), ("", before)]
                before += sample * max(least, 1)
            elif op is c.BRANCH:
                samples = [self._walk(body, "") for body in value[1]]
                for sample in samples[:6]:
                    self.pumps += [("", before + sample), (before, sample)]
                before += samples[0]
            elif op is c.SUBPATTERN:
                before = before + self._walk(value[-1], "")
            elif op is c.ATOMIC_GROUP:
                before = before + self._walk(value, "")
            elif op in SINGLE:
                before += self._sample((op, value))
        self.pumps.append(("", before))
        return before

    def _sample(self, item) -> str:
        if item[0] is c.LITERAL:
            return chr(item[1])
        for character in self.ALPHABET:
            if self._steps._fits(item, character):
                return character
        op, value = item
        for one, of in value if op is c.IN else []:
            if one is c.LITERAL:
                return chr(of)
            if one is c.RANGE:
                return chr(of[0])
        return "x"


def text_of(attack: tuple[str, str, str], length: int) -> str:
    before, pump, after = attack
    return before + pump * max(2, length // len(pump)) + after


def growth(pattern: re.Pattern, attack: tuple[str, str, str], length: int, anchored: bool) -> float:
    """By how much its steps grow from a text of `length` characters to one twice as long."""
    steps = Steps(pattern)
    try:
        few = steps.count(text_of(attack, length), anchored)
        return steps.count(text_of(attack, 2 * length), anchored) / max(few, length)
    except TooManySteps:
        return math.inf


def attacks(pattern: re.Pattern) -> list[tuple[str, str, str]]:
    """At most `MOST_ATTACKS`; patterns of many like words have many like ones."""
    found = [(before, pump, after) for before, pump in Attacks(Steps(pattern)).pumps for after in ("", "\0")]
    return found[:: -(-len(found) // MOST_ATTACKS)]
