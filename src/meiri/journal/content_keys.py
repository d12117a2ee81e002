"""Content keys: the names of what pages show and entries say has changed (`article:42`, `channel:keji`, `nav`).

They are made and read here alone; docs/journal.md lists them. A page depends on the keys of all it shows, an entry names the
keys of all that changed. `make lint` refuses one that is written elsewhere (scripts/check_journal.py).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import NewType

ContentKey = NewType("ContentKey", str)

FORMS: list["KeyForm"] = []


@dataclass(frozen=True)
class KeyForm:
    """The form of some keys. `word`: what they begin with. `names`: what one of them stands for."""

    word: str
    names: str

    def __post_init__(self):
        FORMS.append(self)

    @property
    def pattern(self) -> str:
        return re.escape(self.word)

    @property
    def example(self) -> str:
        return self.word

    def matches(self, key: str) -> bool:
        return re.fullmatch(self.pattern, key, re.ASCII) is not None


@dataclass(frozen=True)
class NumberedForm(KeyForm):
    """`word:42`: one row by its primary key."""

    @property
    def pattern(self) -> str:
        return rf"{re.escape(self.word)}:([0-9]{{1,18}})"

    @property
    def example(self) -> str:
        return f"{self.word}:42"

    def key(self, number: int | str) -> ContentKey:
        return ContentKey(f"{self.word}:{number}")

    def number(self, key: str) -> int | None:
        """The number in a key of this form; None where it is of another."""
        found = re.fullmatch(self.pattern, key, re.ASCII)
        return int(found[1]) if found else None

    def numbers(self, keys: Iterable[str]) -> Iterator[int]:
        """The numbers in those of `keys` that are of this form."""
        return (number for key in keys if (number := self.number(key)) is not None)


@dataclass(frozen=True)
class NamedForm(KeyForm):
    """`word:keji`: one thing by its address word."""

    @property
    def pattern(self) -> str:
        return rf"{re.escape(self.word)}:([^\s:/]+)"

    @property
    def example(self) -> str:
        return f"{self.word}:NAME"

    def key(self, name: str) -> ContentKey:
        return ContentKey(f"{self.word}:{name}")

    def words(self, keys: Iterable[str]) -> Iterator[str]:
        """The address words in those of `keys` that are of this form."""
        return (key.partition(":")[2] for key in keys if self.matches(key))


@dataclass(frozen=True)
class ArchiveForm(KeyForm):
    """`channel:keji/2026-11`, `river:2026-11`: a year, a month or a day of the archive of a section or of the whole site, or
    `first`, on which it depends how far back its calendars lead."""

    @property
    def pattern(self) -> str:
        return r"((channel|station):[^\s:/]+/|river:)([0-9]{1,4}(-[0-9]{2}){0,2}|first)"

    @property
    def example(self) -> str:
        return f"{self.word}:2026-11"


def _word(word: str, names: str) -> ContentKey:
    return ContentKey(KeyForm(word, names).word)


ARTICLE = NumberedForm("article", "an article")
CHANNEL = NamedForm("channel", "a channel and its lists")
STATION = NamedForm("station", "a local station and its lists")
TOPIC = NamedForm("topic", "a topic and its list")
SUBSECTION = NumberedForm("subsection", "a sub-column of a channel or of a station, and its list")
TAG = NumberedForm("tag", "the list of a tag")
AUTHOR = NumberedForm("author", "an author and the list of what they wrote")
KIND = NamedForm("kind", "the list of articles of one kind, such as `kind:flash`")
RIVER = _word("river", "the list of all that is published")
PICTURES = _word("pictures", "the list of what is published with a picture")
ARCHIVES = ArchiveForm(
    "river", "one year, month or day of the river or, as `channel:NAME/2026-11`, of a section"
)
BESIDE = NumberedForm("beside", "what stands beside an article: the next one, other versions of its story")
RELATED = NumberedForm("related", "what is recommended after an article")
COMMENTS = NumberedForm("comments", "the comments of an article")
AVATAR = NumberedForm("avatar", "the avatar of a member, by the number of the member")
POLLS = NumberedForm("polls", "how the polls of an article stand")
SOURCE = NumberedForm("source", "a source of articles")
BYLINE = NumberedForm("byline", "an author as bylines show them")
PICTURE = NumberedForm("picture", "a picture")
DOCUMENT = NumberedForm("document", "a document or a recording")
CORRECTIONS = _word("corrections", "the list of corrections")
NAV = _word("nav", "the navigation of every page")
FOOTER = _word("footer", "the footer of every page, and what the site is called")
SCRIPT = _word("script", "how texts are converted to traditional script")
FRONTS = _word("fronts", "which laid-out pages there are")
PAGE = NumberedForm("page", "a laid-out page")
TOPICS = _word("topics", "the list of pages of topics")
MAGAZINE = _word("magazine", "the list of issues of the magazine")
NOTICES = _word("notices", "what stands above every page for a while, and which pages are grey")
ADVERTISEMENTS = _word("advertisements", "which advertisements stand where")
REDIRECTS = _word("redirects", "where old addresses lead")
FRIEND_LINK = NumberedForm("friend-link", "a friend link that no page shows yet")
HOT = _word("hot", "the hot lists")
HOT_SEARCHES = _word("hot-searches", "what readers search for most")
RANKING_RULES = _word("ranking-rules", "the rules that lists follow, and their history")
KNOWN_NAMES = _word("known-names", "other names by which readers find something")
COVERAGE = NumberedForm("coverage", "a live coverage and its entries")
COVERAGES = _word("coverages", "the list of live coverages")
LETTERS = _word("letters", "the lists of letters and their numbers")
LETTER = NumberedForm("letter", "a letter from the public")
REPORT = NumberedForm("report", "a reader's report of an error or a barrier")
PRESS_CARD = NumberedForm("press-card", "a press card")
DESK = NumberedForm("desk", "what a desk of the newsroom covers")
PROOFING_WORDS = _word("proofing-words", "the lists of words that editors look out for")
PROOFING_NAMES = _word("proofing-names", "the register of names and titles")
COMMENT_RULES = _word("comment-rules", "the rules for words in comments")
COMMENT_QUESTIONS = _word("comment-questions", "the questions that visitors are asked before they comment")
COMMENT_SETTINGS = _word("comment-settings", "for how long comments stay open")
TODAY = _word("today", "the date; the clock changes it, no entry names it")
MINUTE = _word("minute", "the minute; the clock changes it, no entry names it")

_ANY = re.compile("|".join(f"(?:{form.pattern})" for form in FORMS), re.ASCII)


def is_content_key(text: str) -> bool:
    return _ANY.fullmatch(text) is not None


def archive_key(section: ContentKey, period: str) -> ContentKey:
    """The key of one period of the archive of `section`, a channel's, a station's or `RIVER`, as `ArchiveForm` has it.
    `period`: one of `periods`, or `first`."""
    return ContentKey(f"{section}{'/' if ':' in section else ':'}{period}")


def periods(day: date) -> tuple[str, str, str]:
    """The year, the month and the day that `day` is in, as keys name them."""
    return f"{day:%Y}", f"{day:%Y-%m}", f"{day:%Y-%m-%d}"
