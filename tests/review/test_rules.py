"""The rules of reviews: against every sequence of deeds, and sentence by sentence."""

from dataclasses import replace

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
from tests.review.deeds import walk

STEPS = (RuleStep(1, "初审"), RuleStep(2, "复审"), RuleStep(3, "终审", checks_credits=True))
WRITER, COAUTHOR, EDITOR_1, EDITOR_2, CHIEF_1, CHIEF_2 = range(1, 7)


def test_no_sequence_of_six_deeds_publishes_what_was_not_reviewed():
    """`python -m bench.reviews` walks seven and more."""
    walked = walk(6)
    print(f"{walked.sequences} sequences of up to six deeds, {walked.stories} stories that are not alike")
    assert walked.sequences > 500_000_000
    assert walked.stories > 30_000


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

    @pytest.mark.parametrize(
        "adoption",
        [Adoption(2, WRITER, TextDigest("a")), Adoption(2, EDITOR_2, TextDigest("a"), acting_for=EDITOR_1)],
    )
    def test_what_was_reviewed_by_who_wrote_it_since_or_by_one_person_twice_does_not_stand(self, adoption):
        record = replace(self.record, adoptions=(*self.record.adoptions, adoption))
        assert [step.name for step in record.missing] == ["复审", "终审"]

    def test_the_check_afterwards_is_by_a_third_person(self):
        assert "写过" in why_not_check_after(self.record, COAUTHOR)
        assert "审过" in why_not_check_after(self.record, EDITOR_1)
        assert not why_not_check_after(self.record, CHIEF_2)

    def test_nobody_excepts_what_they_wrote(self):
        assert "写过" in why_not_except(self.record, WRITER)
        assert not why_not_except(self.record, CHIEF_1)
