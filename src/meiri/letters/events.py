"""What the journal says of letters from the public; never their words."""

from dataclasses import dataclass
from typing import ClassVar

from meiri.journal.content_keys import LETTER, LETTERS
from meiri.journal.events import Attested, JournalEvent, KeyForms, declared


@dataclass(frozen=True, kw_only=True)
class LetterEvent(JournalEvent):
    """What became of a letter. `receipt`: its number; `stage`: how far it is now. Readers see that in the numbers and lists."""

    receipt: str
    stage: str

    key_forms: ClassVar[KeyForms] = (LETTERS, LETTER)
    summarised = {"receipt": ""}


@declared
@dataclass(frozen=True, kw_only=True)
class LetterReceived(LetterEvent):
    """A letter came."""

    kind = "letter.received"
    label = "来信：收到"


@declared
@dataclass(frozen=True, kw_only=True)
class LetterChecking(LetterEvent):
    """The newsroom began to check what a letter says."""

    kind = "letter.checking"
    label = "来信：核实"


@declared
@dataclass(frozen=True, kw_only=True)
class LetterRouted(LetterEvent):
    """A letter was passed on to the unit that can answer it."""

    kind = "letter.routed"
    label = "来信：转办"


@declared
@dataclass(frozen=True, kw_only=True)
class LetterHandedOver(LetterEvent):
    """A letter went to another station or desk of the newsroom. `station`: its address word, `desk`: its name; empty where there is none."""

    station: str
    desk: str

    kind = "letter.handed_over"
    label = "来信：改派"


@declared
@dataclass(frozen=True, kw_only=True)
class LetterAnswered(LetterEvent):
    """A unit answered a letter."""

    kind = "letter.answered"
    label = "来信：答复"


@dataclass(frozen=True, kw_only=True)
class LetterPrinted(LetterEvent):
    """What became of a letter that readers see, with its answer: the public log holds it."""

    @property
    def attested(self) -> Attested | None:
        letter = next(LETTER.numbers(self.keys), None)
        return None if letter is None else Attested(LETTER.key(letter), self.payload_digest)


@declared
@dataclass(frozen=True, kw_only=True)
class LetterPublished(LetterPrinted):
    """A letter and its answer were published. `change`, `reason`: of which kind a change of what was printed is, and why. `text`: the
    digest of both as they are printed (`letters/published_letters.py`), None in old entries."""

    text: str | None = None
    change: str | None = None
    reason: str | None = None

    kind = "letter.published"
    label = "来信：发布"
    removes_content = False


@declared
@dataclass(frozen=True, kw_only=True)
class LetterWithdrawn(LetterPrinted):
    """What was published of a letter was taken from readers, who are told the reason."""

    reason: str | None = None

    kind = "letter.withdrawn"
    label = "来信：撤下"
    summarised = {"receipt": "", "reason": ""}


@declared
@dataclass(frozen=True, kw_only=True)
class LetterRestored(LetterPrinted):
    """What had been published of a letter and withdrawn is published again, with the reason. `text`: the digest of what is printed,
    None in old entries."""

    text: str | None = None
    reason: str

    kind = "letter.restored"
    label = "来信：恢复刊登"
    removes_content = False
    summarised = {"receipt": "", "reason": ""}


@declared
@dataclass(frozen=True, kw_only=True)
class LetterClosed(LetterEvent):
    """A letter was closed."""

    kind = "letter.closed"
    label = "来信：办结"


@declared
@dataclass(frozen=True, kw_only=True)
class LetterTakenBack(LetterEvent):
    """Its writer took a letter back."""

    kind = "letter.taken_back"
    label = "来信：来信人撤回"


@dataclass(frozen=True, kw_only=True)
class LetterKeptInside(LetterEvent):
    """What readers see nothing of, neither in numbers nor in lists."""

    key_forms = (LETTER,)


@declared
@dataclass(frozen=True, kw_only=True)
class LetterNoted(LetterKeptInside):
    """An editor left a note for colleagues."""

    kind = "letter.noted"
    label = "来信：备注"


@declared
@dataclass(frozen=True, kw_only=True)
class LetterReplied(LetterKeptInside):
    """An editor replied to the writer."""

    kind = "letter.replied"
    label = "来信：回复来信人"


@declared
@dataclass(frozen=True, kw_only=True)
class LetterAdded(LetterKeptInside):
    """The writer added something."""

    kind = "letter.added"
    label = "来信：来信人补充"


@declared
@dataclass(frozen=True, kw_only=True)
class LetterContactOpened(LetterKeptInside):
    """Somebody opened the sealed contact of a writer, with the reason."""

    reason: str

    kind = "letter.contact_opened"
    label = "来信：查看联系方式"
    summarised = {"receipt": "", "reason": ""}
