"""Names and titles against the newsroom's register of people and institutions (名录)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from ahocorasick_rs import AhoCorasick, MatchKind

from meiri.proofing.rules.numerals import is_han
from meiri.proofing.rules.rule import Doubt, Known, Level, Rule


@dataclass(frozen=True)
class RegisterEntry:
    """Somebody, or an institution, as the register has them. `title` is a person's office, empty for institutions and for who
    has none; `wrong` what the name is often written as."""

    name: str
    title: str = ""
    wrong: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    is_person: bool = True

    def holds(self, day: date) -> bool:
        """Whether the office is held on `day`."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


class NameRegister:
    """The register, found in a text in one pass."""

    def __init__(self, entries: Iterable[RegisterEntry]):
        self.by_name: dict[str, list[RegisterEntry]] = defaultdict(list)
        self.by_title: dict[str, list[RegisterEntry]] = defaultdict(list)
        self.wrong: dict[str, str] = {}
        for entry in entries:
            self.by_name[entry.name].append(entry)
            if entry.title:
                self.by_title[entry.title].append(entry)
            self.wrong |= dict.fromkeys(entry.wrong, entry.name)
        for name in self.by_name:
            self.wrong.pop(name, None)
        self._words = [*self.by_title, *self.wrong]
        self._index = AhoCorasick(self._words, matchkind=MatchKind.LeftmostLongest) if self._words else None

    def find(self, text: str) -> Iterator[tuple[str, int, int]]:
        """The titles and wrong names in a text."""
        if self._index is not None:
            for number, start, end in self._index.find_matches_as_indexes(text):
                yield self._words[number], start, end

    def name_at(self, text: str, start: int) -> str:
        """The longest registered name of a person that begins there."""
        for length in (4, 3, 2):
            found = text[start : start + length]
            if len(found) == length and any(entry.is_person for entry in self.by_name.get(found, ())):
                return found
        return ""


class RegisteredNames(Rule):
    name = "registered-name"
    label = "人名、职务、机构名"
    level = Level.ERROR
    explanation = "与名录不一致。"
    norm = "本社名录"

    def doubts_about(self, text: str, known: Known) -> Iterator[Doubt]:
        register = known.names
        if register is None:
            return
        for word, start, end in register.find(text):
            if right := register.wrong.get(word):
                if not text.startswith(right, max(0, start - 1)) and not text.startswith(right, start):
                    yield Doubt(start, end, (right,), f"名录里是“{right}”。")
            elif end < len(text) and is_han(text[end]):
                yield from self._holder(text, word, end, register, known.day)

    def _holder(self, text: str, title: str, at: int, register: NameRegister, day: date) -> Iterator[Doubt]:
        """Doubts about the name that follows a title."""
        holders = register.by_title[title]
        name = register.name_at(text, at)
        if name:
            yield from self._office_of(text, name, title, at, register, day)
            return
        for holder in holders:
            written = text[at : at + len(holder.name)]
            if holder.is_person and holder.holds(day) and _differs_by_one(written, holder.name):
                yield Doubt(
                    at, at + len(written), (holder.name,), f"名录里的{title}是{holder.name}，请核对姓名。"
                )

    def _office_of(
        self, text: str, name: str, title: str, at: int, register: NameRegister, day: date
    ) -> Iterator[Doubt]:
        offices = register.by_name[name]
        same = [office for office in offices if office.title == title]
        if any(office.holds(day) for office in same):
            return
        now = next((office.title for office in offices if office.title and office.holds(day)), "")
        start, end = at - len(title), at + len(name)
        if same:
            if text[max(0, start - 1) : start] in ("原", "前", "时"):
                return
            ended = next((office.until for office in same if office.until and office.until < day), None)
            told = f"{name}的“{title}”任职至{ended}" if ended else f"{name}还没有就任“{title}”"
        elif now:
            told = f"名录里{name}的职务是“{now}”"
        else:
            return
        yield Doubt(start, end, (f"{now}{name}",) if now else (), f"{told}，请核对。")


def _differs_by_one(written: str, name: str) -> bool:
    """Whether two names of three or more characters have the same surname and differ in one other character."""
    if len(name) < 3 or len(written) != len(name) or written[0] != name[0] or not all(map(is_han, written)):
        return False
    return sum(one != other for one, other in zip(written, name, strict=True)) == 1
