"""The rules of 三审三校, without a database: who may review a text, and what is missing before it may be published.

A review is of one exact text. Where the text changes, the review is of another one and stands no more; nobody has to declare it
void. Persons are keys of users.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class RuleStep:
    """One review of a chain. `checks_credits`: whether a changed credit of a picture or a changed 责任编辑 is a changed text to it."""

    key: int
    name: str
    checks_credits: bool = False


@dataclass(frozen=True)
class TextDigest:
    """What a version says: digests of its words, with whatever readers see in them, and of its credits."""

    words: str
    credits: str = ""


@dataclass(frozen=True)
class SavedVersion:
    """A version in the order in which they were saved: who saved it (None: the system), and the digest of its words alone."""

    by: int | None
    words: str


@dataclass(frozen=True)
class Adoption:
    """Somebody reviewed a text and took it. `acting_for`: whose place they took (代). `state`: the key of the stored review."""

    step: int
    by: int
    text: TextDigest
    acting_for: int | None = None
    state: int | None = None


@dataclass(frozen=True)
class ReviewRecord:
    """What happened to an article since it was published last: all that the rules look at.

    `base`: the words that readers see now, empty where there are none. `named`: who made the draft and who signs it. `text`: what
    the newest version says.
    """

    steps: tuple[RuleStep, ...]
    text: TextDigest
    named: frozenset[int] = frozenset()
    base: str = ""
    versions: tuple[SavedVersion, ...] = ()
    adoptions: tuple[Adoption, ...] = ()

    @cached_property
    def writers(self) -> frozenset[int]:
        """Who wrote, signs or changed the text since it was published last."""
        changed, before = set(), self.base
        for version in self.versions:
            if version.words != before and version.by is not None:
                changed.add(version.by)
            before = version.words
        return self.named | changed

    @cached_property
    def standing(self) -> dict[int, Adoption]:
        """The reviews that are of this text, by step. Of two of one person only the first step counts."""
        found: dict[int, Adoption] = {}
        for step in self.steps:
            for adoption in reversed(self.adoptions):
                if adoption.step == step.key and self._is_of_this_text(adoption, step):
                    if not self._is_biased(adoption.by, adoption.acting_for, found.values()):
                        found[step.key] = adoption
                    break
        return found

    @property
    def of_this_text(self) -> Iterator[Adoption]:
        """All reviews that were of this text, whether they stand or not."""
        steps = {step.key: step for step in self.steps}
        for adoption in self.adoptions:
            if adoption.step in steps and self._is_of_this_text(adoption, steps[adoption.step]):
                yield adoption

    @property
    def missing(self) -> list[RuleStep]:
        return [step for step in self.steps if step.key not in self.standing]

    def step(self, key: int) -> RuleStep:
        return next(step for step in self.steps if step.key == key)

    def _is_of_this_text(self, adoption: Adoption, step: RuleStep) -> bool:
        return adoption.text.words == self.text.words and (
            not step.checks_credits or adoption.text.credits == self.text.credits
        )

    def _is_biased(self, by: int, acting_for: int | None, others: Collection[Adoption]) -> bool:
        persons = {by, acting_for} - {None}
        return bool(persons & self.writers) or any(persons & persons_of(other) for other in others)


def persons_of(adoption: Adoption) -> set[int]:
    """Whose review it was: that of who did it, and of whose place they took."""
    return {person for person in (adoption.by, adoption.acting_for) if person is not None}


def why_not_review(record: ReviewRecord, step_key: int, by: int, acting_for: int | None = None) -> str:
    """Why `by` may not do this review, in a sentence for them; empty where they may."""
    step = next((step for step in record.steps if step.key == step_key), None)
    if step is None:
        return "这篇稿件现在的流程里没有这一步，请退回后重新送审。"
    if by in record.writers:
        return "您写过、署名或改过这一稿，不能审自己的稿件。"
    if acting_for in record.writers:
        return "您所代的人写过、署名或改过这一稿，不能代他审。"
    if step.key in record.standing:
        return f"{step.name}已经完成。"
    for other in record.of_this_text:
        if other.step == step.key:
            continue
        done = f"这一稿的{record.step(other.step).name}。同一稿的两道审校须由两个人完成。"
        if by in persons_of(other):
            return f"您做过{done}"
        if acting_for in persons_of(other):
            return f"您所代的人做过{done}"
    earlier = [other.name for other in record.steps[: record.steps.index(step)] if other in record.missing]
    if earlier:
        return f"{'、'.join(earlier)}还没有完成，轮不到{step.name}。"
    return ""


def faults_of_publication(record: ReviewRecord) -> Iterator[str]:
    """What stands in the way of publishing this text, in sentences for editors."""
    if missing := record.missing:
        yield f"这一稿还缺{'、'.join(step.name for step in missing)}"


def why_not_check_after(record: ReviewRecord, by: int) -> str:
    """Why `by` may not do the check that follows a publication on the fast lane; empty where they may."""
    if by in record.writers:
        return "您写过、署名或改过这一稿，发后复核须由另外的人做。"
    if any(by in persons_of(adoption) for adoption in record.standing.values()):
        return "您审过这一稿，发后复核须由第三个人做。"
    return ""


def why_not_except(record: ReviewRecord, by: int) -> str:
    """Why `by` may not let the text pass without its reviews; empty where they may."""
    if by in record.writers:
        return "您写过、署名或改过这一稿，例外须由别的主编批准。"
    return ""
