"""The rules of reviews against every sequence of deeds: all of up to seven by eight people over one article.

The oracle looks at what was done, in the order in which it was done, and knows nothing of how the rules come to what they say.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import pytest

from meiri.review.review_rules import (
    Adoption,
    ReviewRecord,
    RuleStep,
    SavedVersion,
    TextDigest,
    faults_of_publication,
    why_not_check_after,
    why_not_except,
    why_not_review,
)

STEPS = (RuleStep(1, "初审"), RuleStep(2, "复审"), RuleStep(3, "终审", checks_credits=True))
# Eight roles. Editors may do the first two steps, chiefs all; a deputy does them in the place of a chief.
WRITER, COAUTHOR, EDITOR_1, EDITOR_2, DEPUTY, CHIEF_1, CHIEF_2, ROOT = range(1, 9)
MAY = {EDITOR_1: {1, 2}, EDITOR_2: {1, 2}, DEPUTY: {3}, CHIEF_1: {1, 2, 3}, CHIEF_2: {1, 2, 3}}
PLACE_OF = {DEPUTY: CHIEF_1}
PUBLISHERS = (EDITOR_1, EDITOR_2, CHIEF_1, CHIEF_2, ROOT)


@dataclass(frozen=True)
class Story:
    """What was done so far. `text`: what the newest version says; `live`: what readers see."""

    text: str = "a"
    credits: str = "x"
    saved: tuple[tuple[int, str], ...] = ((WRITER, "a"),)
    adopted: tuple[tuple[int, int, str, str, int | None], ...] = ()
    excepted: frozenset[tuple[str, str]] = frozenset()
    live: str = ""

    @cached_property
    def hands(self) -> frozenset[int]:
        """Who wrote or changed anything since it was published last, by what was done."""
        before, hands = self.live, {WRITER, COAUTHOR}
        for by, text in self.saved:
            if text != before:
                hands.add(by)
            before = text
        return frozenset(hands)

    @property
    def record(self) -> ReviewRecord:
        return ReviewRecord(
            STEPS,
            TextDigest(self.text, self.credits),
            named=frozenset({WRITER, COAUTHOR}),
            base=self.live,
            versions=tuple(SavedVersion(by, text) for by, text in self.saved),
            adoptions=tuple(
                Adoption(step, by, TextDigest(text, credits), acting_for)
                for by, step, text, credits, acting_for in self.adopted
            ),
        )


def change(story: Story, by: int, text: str) -> Story:
    return replace(story, text=text, saved=(*story.saved, (by, text)))


def deeds(story: Story):
    """Every deed that somebody may try, with the story after it; refused ones change nothing and are left out."""
    record = story.record
    for by in range(1, 9):
        yield change(story, by, {"a": "b", "b": "a"}[story.text])
        for step in MAY.get(by, ()):
            place = PLACE_OF.get(by)
            if not why_not_review(record, step, by, place):
                adoption = (by, step, story.text, story.credits, place)
                check_review(story, by, step, place)
                yield replace(story, adopted=(*story.adopted, adoption))
        if by in (CHIEF_1, CHIEF_2) and record.missing and not why_not_except(record, by):
            assert by not in story.hands, "a chief let pass what they wrote"
            yield replace(story, excepted=story.excepted | {(story.text, story.credits)})
    yield replace(story, credits={"x": "y", "y": "x"}[story.credits])
    # A schedule is looked at when it is made and again when it is due: it is a publication at another moment.
    if passes(story, record):
        check_publication(story)
        yield replace(story, live=story.text, saved=())
    if story.live:
        yield replace(story, live="", saved=((WRITER, story.text),))


def passes(story: Story, record: ReviewRecord) -> bool:
    faults = list(faults_of_publication(record))
    return not faults or (story.text, story.credits) in story.excepted


def check_review(story: Story, by: int, step: int, place: int | None) -> None:
    """Nobody reviews what they wrote, and nobody did another step of this very text."""
    persons, hands = persons_in(by, place), story.hands
    assert not persons & hands, f"{by} reviewed what they wrote: {story}"
    for other, done, text, credits, others_place in story.adopted:
        others = persons_in(other, others_place)
        if done != step and text == story.text and (done != 3 or credits == story.credits):
            assert others & hands or not persons & others, f"{by} reviewed twice: {story}"


def persons_in(by: int, place: int | None) -> set[int]:
    return {by} if place is None else {by, place}


def check_publication(story: Story) -> None:
    """Three different people who did not write it have read this very text, one for each step; or a chief let it pass."""
    if (story.text, story.credits) in story.excepted:
        return
    readers = {
        step: {
            (by, place)
            for by, done, text, credits, place in story.adopted
            if done == step and text == story.text and (step != 3 or credits == story.credits)
        }
        for step in (1, 2, 3)
    }
    hands = story.hands
    for first in readers[1]:
        for second in readers[2]:
            for third in readers[3]:
                persons = [p for pair in (first, second, third) for p in pair if p]
                if len(set(persons)) == len(persons) and not set(persons) & hands:
                    return
    pytest.fail(f"published without three reviews: {story}")


def simplest(story: Story) -> tuple:
    """The story as one of those that are alike: the two editors, people who review nothing, the two texts, the two credits, and of
    saved versions who had a hand in them and who was last."""
    texts = ("", "a", "b") if story.text == "a" else ("", "b", "a")
    credits = ("x", "y") if story.credits == "x" else ("y", "x")
    last = story.saved[-1][0] if story.saved else 0
    return min(_named(story, last, names, texts, credits) for names in (AS_THEY_ARE, EXCHANGED))


# By the numbers of the people: WRITER, COAUTHOR and ROOT review nothing.
AS_THEY_ARE = (0, 1, 1, 3, 4, 5, 6, 7, 1)
EXCHANGED = (0, 1, 1, 4, 3, 5, 6, 7, 1)


def _named(story: Story, last: int, names: tuple, texts: tuple, credits: tuple) -> tuple:
    adopted = {
        (names[by], step, texts.index(text), credits.index(c)) for by, step, text, c, _ in story.adopted
    }
    return (
        tuple(sorted({names[by] for by in story.hands})),
        names[last],
        tuple(sorted(adopted)),
        tuple(sorted((texts.index(text), credits.index(c)) for text, c in story.excepted)),
        texts.index(story.live),
    )


def explore(depth: int) -> tuple[int, int]:
    """Walk every sequence of up to `depth` deeds: how many stories that are not alike there are one deed before the end, and how many
    deeds were done in all. What is checked is checked when a deed is done."""
    first = Story()
    seen, border, done = {simplest(first)}, [first], 0
    for _ in range(depth - 1):
        following = []
        for story in border:
            for after in deeds(story):
                done += 1
                form = simplest(after)
                if form not in seen:
                    seen.add(form)
                    following.append(after)
        border = following
    return len(seen), done + sum(1 for story in border for _ in deeds(story))


def test_no_sequence_of_seven_deeds_publishes_what_was_not_reviewed():
    stories, done = explore(7)
    print(f"{stories} stories of up to six deeds that are not alike, {done} deeds tried from them")
    assert stories > 40_000


class TestEachRule:
    """What the sentences say, for the people who meet them."""

    record = ReviewRecord(
        STEPS,
        TextDigest("a"),
        named=frozenset({WRITER}),
        versions=(SavedVersion(WRITER, "a"), SavedVersion(COAUTHOR, "b"), SavedVersion(WRITER, "a")),
        adoptions=(Adoption(1, EDITOR_1, TextDigest("a")),),
    )

    @pytest.mark.parametrize(
        ("by", "step", "place", "why"),
        [
            (WRITER, 2, None, "不能审自己的稿件"),
            (COAUTHOR, 2, None, "不能审自己的稿件"),
            (EDITOR_2, 2, WRITER, "您所代的人写过"),
            (EDITOR_1, 2, None, "您做过这一稿的初审"),
            (EDITOR_2, 2, EDITOR_1, "您所代的人做过这一稿的初审"),
            (EDITOR_2, 1, None, "初审已经完成"),
            (CHIEF_1, 3, None, "复审还没有完成，轮不到终审"),
            (CHIEF_1, 9, None, "没有这一步"),
            (EDITOR_2, 2, None, ""),
        ],
    )
    def test_who_may_not_review_is_told_why(self, by, step, place, why):
        refusal = why_not_review(self.record, step, by, place)
        assert why in refusal
        assert bool(refusal) == bool(why)

    def test_what_is_missing_is_named(self):
        assert list(faults_of_publication(self.record)) == ["这一稿还缺复审、终审"]

    def test_the_check_afterwards_is_by_a_third_person(self):
        assert "写过" in why_not_check_after(self.record, COAUTHOR)
        assert "审过" in why_not_check_after(self.record, EDITOR_1)
        assert not why_not_check_after(self.record, CHIEF_2)

    def test_nobody_excepts_what_they_wrote(self):
        assert "写过" in why_not_except(self.record, WRITER)
        assert not why_not_except(self.record, CHIEF_1)
