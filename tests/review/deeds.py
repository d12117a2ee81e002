"""Every sequence of deeds over one article, walked through the rules of reviews: which of them they let happen, and whether that was right.

Nine people in eight roles, the system being the last, write, change, send in, proofread, review, reject, send back, publish by each
of four doors, schedule, withdraw, stand in for each other and make exceptions. Stories that differ only by the names of people
and texts are one; how many sequences each stands for is counted. The oracle looks at what was done and in which order, and knows
nothing of how the rules come to what they say.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from meiri.review.review_rules import (
    Adoption,
    ReviewRecord,
    RuleStep,
    SavedVersion,
    TextDigest,
    faults_of_publication,
    why_not_except,
    why_not_review,
)

PROOF, FIRST, FINAL = 1, 2, 3
STEPS = (RuleStep(PROOF, "校对"), RuleStep(FIRST, "初审"), RuleStep(FINAL, "终审", checks_credits=True))
WRITER, COAUTHOR, ROOT, PROOFREADER, EDITOR_1, EDITOR_2, DEPUTY, CHIEF_1, CHIEF_2 = range(1, 10)
PEOPLE = range(1, 10)
MAY = {
    PROOFREADER: (PROOF,),
    EDITOR_1: (PROOF, FIRST),
    EDITOR_2: (PROOF, FIRST),
    CHIEF_1: (PROOF, FIRST, FINAL),
    CHIEF_2: (PROOF, FIRST, FINAL),
}
CHIEFS = (CHIEF_1, CHIEF_2)
# People publish by the form, in bulk and by the API; the system by a command.
PUBLISHERS, DOORS = (EDITOR_1, EDITOR_2, CHIEF_1, CHIEF_2, ROOT), 3
NAMED = frozenset({WRITER, COAUTHOR})

# Who reviewed which step of which text with which credits, and in whose place.
Review = tuple[int, int, int, int, int | None]


@dataclass(frozen=True)
class Version:
    """A version: its text and credits, and who wrote or changed the text since it was published last, up to it."""

    text: int
    credits: int
    hands: frozenset[int]


@dataclass(frozen=True)
class Story:
    """What was done so far. `live`: the text that readers see, -1 for none. `sent`: it waits for a review. `delegated`: the deputy
    stands in for a chief. `scheduled`: what is to be published later; `since`: who changed the text after that."""

    newest: Version = Version(0, 0, NAMED)
    reviews: tuple[Review, ...] = ()
    excepted: frozenset[tuple[int, int]] = frozenset()
    live: int = -1
    sent: bool = False
    delegated: bool = False
    scheduled: Version | None = None
    since: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Verdicts:
    """What the rules say: which reviews they allow (who, which step, in whose place), who may except, whether it may be published."""

    reviews: tuple[tuple[int, int, int | None], ...]
    exceptions: tuple[int, ...]
    missing: tuple[int, ...]


def reviewers(delegated: bool) -> Iterator[tuple[int, int, int | None]]:
    """Who may do which step by their posts, and in whose place."""
    for by, steps in MAY.items():
        for step in steps:
            yield by, step, None
    if delegated:
        yield DEPUTY, FINAL, CHIEF_1


@lru_cache(None)
def verdicts(version: Version, reviews: tuple[Review, ...], live: int, delegated: bool) -> Verdicts:
    """What the rules say about a version; each review and publication that they allow is looked at by the oracle."""
    record = ReviewRecord(
        STEPS,
        TextDigest(str(version.text), str(version.credits)),
        named=NAMED,
        base=str(live),
        versions=tuple(
            SavedVersion(by, f"{version.text}, {number}") for number, by in enumerate(sorted(version.hands))
        ),
        adoptions=tuple(
            Adoption(step, by, TextDigest(str(text), str(credits)), place)
            for by, step, text, credits, place in reviews
        ),
    )
    allowed = [
        (by, step, place)
        for by, step, place in reviewers(delegated)
        if not why_not_review(record, step, by, place)
    ]
    for by, step, place in allowed:
        check_review(version, reviews, by, step, place)
    excepting = [by for by in CHIEFS if not why_not_except(record, by)]
    assert not version.hands.intersection(excepting), "a chief let pass what they wrote"
    if not list(faults_of_publication(record)):
        check_publication(version, reviews)
    return Verdicts(tuple(allowed), tuple(excepting), tuple(step.key for step in record.missing))


def deeds(story: Story) -> Iterator[tuple[Story, int]]:
    """The story after each deed that is let happen, and how many such deeds lead to it."""
    newest = story.newest
    said = verdicts(newest, story.reviews, story.live, story.delegated)
    for by in PEOPLE:
        yield saved(story, replace(newest, text=1 - newest.text, hands=newest.hands | {by}), by), 1
    yield replace(story, newest=replace(newest, credits=1 - newest.credits)), len(PEOPLE)
    yield replace(story, delegated=not story.delegated), 1
    if said.missing and not story.sent:
        yield replace(story, sent=True), len(NAMED)
    if story.sent:
        yield from decisions(story, said)
    if said.missing and said.exceptions:
        excepted = story.excepted | {(newest.text, newest.credits)}
        yield replace(story, excepted=excepted), len(said.exceptions)
    if passes(newest, said, story.excepted):
        yield published(story, newest, frozenset()), len(PUBLISHERS) * DOORS + 1
        yield replace(story, scheduled=newest, since=frozenset(), sent=False), len(PUBLISHERS)
    if story.scheduled:
        yield replace(story, scheduled=None, since=frozenset()), len(PUBLISHERS)
        due = verdicts(story.scheduled, story.reviews, story.live, story.delegated)
        if passes(story.scheduled, due, story.excepted):
            yield published(story, story.scheduled, story.since), 1
    if story.live != -1:
        yield (
            replace(story, live=-1, scheduled=None, newest=replace(newest, hands=newest.hands | NAMED)),
            len(PUBLISHERS),
        )


def saved(story: Story, version: Version, by: int) -> Story:
    since = story.since | {by} if story.scheduled else story.since
    return replace(story, newest=version, since=since)


def decisions(story: Story, said: Verdicts) -> Iterator[tuple[Story, int]]:
    """What the reviewer of the step that waits decides: to adopt, to reject, to send back to an earlier step."""
    newest, waiting = story.newest, said.missing[0] if said.missing else None
    for by, step, place in said.reviews:
        if step != waiting:
            continue
        review = (by, step, newest.text, newest.credits, place)
        yield replace(story, reviews=(*story.reviews, review), sent=len(said.missing) > 1), 1
        yield replace(story, sent=False), 1
        for earlier in range(1, step):
            yield replace(story, reviews=tuple(r for r in story.reviews if r[1] < earlier)), 1


def passes(version: Version, said: Verdicts, excepted: frozenset) -> bool:
    return not said.missing or (version.text, version.credits) in excepted


def published(story: Story, version: Version, since: frozenset[int]) -> Story:
    newest = replace(story.newest, hands=NAMED | since)
    return replace(
        story,
        newest=newest,
        live=version.text,
        sent=False,
        scheduled=None,
        since=frozenset(),
    )


def check_review(
    version: Version, reviews: tuple[Review, ...], by: int, step: int, place: int | None
) -> None:
    """Nobody reviews what they wrote, and nobody did another step of this very text."""
    persons = {by, place} - {None}
    assert not persons & version.hands, f"{by} reviewed what they wrote: {version}"
    for other, done, text, credits, others_place in reviews:
        others = {other, others_place} - {None}
        if done != step and text == version.text and (done != FINAL or credits == version.credits):
            assert others & version.hands or not persons & others, (
                f"{by} reviewed twice: {version}, {reviews}"
            )


def check_publication(version: Version, reviews: tuple[Review, ...]) -> None:
    """Three different people who did not write it have read this very text, one for each step."""
    readers: dict[int, set[tuple[int, int | None]]] = {step.key: set() for step in STEPS}
    for by, step, text, credits, place in reviews:
        if text == version.text and (step != FINAL or credits == version.credits):
            readers[step].add((by, place))
    for proof in readers[PROOF]:
        for first in readers[FIRST]:
            for final in readers[FINAL]:
                persons = [person for pair in (proof, first, final) for person in pair if person]
                if len(set(persons)) == len(persons) and not set(persons) & version.hands:
                    return
    raise AssertionError(f"published without three reviews: {version}, {reviews}")


# Who stands for whom: those who review nothing are alike, and so are the two editors.
AS_THEY_ARE = (0, 1, 1, 1, 4, 5, 6, 7, 8, 9)
EXCHANGED = (0, 1, 1, 1, 4, 6, 5, 7, 8, 9)


def simplest(story: Story) -> Story:
    """Of the stories that are alike the first one: the newest text and credits are 0, and the editors as they come first."""
    text, credits = story.newest.text, story.newest.credits
    return min((_named(story, names, text, credits) for names in (AS_THEY_ARE, EXCHANGED)), key=_order)


def _named(story: Story, names: tuple[int, ...], text: int, credits: int) -> Story:
    def version(one: Version) -> Version:
        return Version(one.text ^ text, one.credits ^ credits, people(one.hands))

    def people(found: frozenset[int]) -> frozenset[int]:
        return frozenset({names[person] for person in found}) | ({1, 2} & found)

    # In their order only where they are of one step and one text: there the newest counts.
    reviews = sorted(
        ((names[by], step, t ^ text, c ^ credits, place) for by, step, t, c, place in story.reviews),
        key=lambda review: review[1:4],
    )
    return Story(
        version(story.newest),
        tuple(reviews),
        frozenset((t ^ text, c ^ credits) for t, c in story.excepted),
        story.live if story.live == -1 else story.live ^ text,
        story.sent,
        story.delegated,
        version(story.scheduled) if story.scheduled else None,
        people(story.since),
    )


def _order(story: Story) -> tuple:
    scheduled = sorted(story.scheduled.hands) if story.scheduled else []
    return [review[0] for review in story.reviews], sorted(story.newest.hands), scheduled, sorted(story.since)


@dataclass(frozen=True)
class Walk:
    """`stories`: how many that are not alike were reached; `sequences`: of how many deeds' sequences, up to the depth, they are the
    end; `tried`: deeds from different stories that were let happen."""

    stories: int
    sequences: int
    tried: int


def walk(depth: int) -> Walk:
    """Walk every sequence of up to `depth` deeds. Raises `AssertionError` where the rules let something happen that is wrong."""
    first = simplest(Story())
    ways: dict[Story, Counter[Story]] = {}
    level, sequences, tried, seen = Counter({first: 1}), 0, 0, {first}
    for _ in range(depth):
        following: Counter[Story] = Counter()
        for story, count in level.items():
            if story not in ways:
                found: Counter[Story] = Counter()
                for after, times in deeds(story):
                    found[simplest(after)] += times
                    tried += times
                ways[story] = found
            for after, times in ways[story].items():
                following[after] += count * times
        level = following
        sequences += level.total()
        seen.update(level)
    return Walk(len(seen), sequences, tried)
