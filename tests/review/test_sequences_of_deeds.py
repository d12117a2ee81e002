"""Any sequence of deeds through the real models: no text is published without a sheet that holds, and no review breaks the rules."""

import contextlib
import json

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from hypothesis.strategies import integers, sampled_from
from wagtail.actions.publish_revision import PublishPermissionError
from wagtail.models import WorkflowState

from meiri.newsroom.models import Article
from meiri.newsroom.publishing import withdraw
from meiri.review.letting_pass import choose_fast_lane, grant_exception
from meiri.review.models import ReviewSheet, ReviewState, ReviewVerdict
from meiri.review.review_decisions import ReviewDecision, decide, note_opening, open_review
from meiri.review.sheet_checks import sheets_are_as_written
from tests.newsroom_factory import a_channel, a_draft
from tests.review.newsroom import Newsroom, change, set_up

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shared_database")]
TITLES = ("雪后的第一班公交", "雪后的头班公交", "雪后的末班公交")


@pytest.fixture(scope="module")
def newsroom(shared_database):
    return set_up()


def machine(newsroom: Newsroom) -> type[RuleBasedStateMachine]:
    people = [newsroom.writer, *newsroom.editors, *newsroom.chiefs, newsroom.root]
    anybody = integers(0, len(people) - 1)

    class Deeds(RuleBasedStateMachine):
        """One article in a transaction of its own; what is refused changes nothing."""

        @initialize()
        def write(self):
            self.block = transaction.atomic()
            self.block._from_testcase = True
            self.block.__enter__()
            channel = a_channel("关注民生", "minsheng")
            article = a_draft(TITLES[0], channel=channel, created_by=newsroom.writer)
            article.save_revision(user=newsroom.writer)
            self.pk = article.pk
            # Who changed the text since it was published last, and what was published then, by what was done.
            self.hands, self.published, self.title = {newsroom.writer.pk}, 0, TITLES[0]
            self.excepted: set[str] = set()

        @property
        def article(self) -> Article:
            return Article.objects.get(pk=self.pk)

        @contextlib.contextmanager
        def attempt(self):
            with contextlib.suppress(PublishPermissionError), transaction.atomic():
                yield

        @rule(by=anybody, title=sampled_from(TITLES))
        def change_text(self, by, title):
            if title != self.title:
                change(self.article, people[by], title=title)
                self.hands.add(people[by].pk)
                self.title = title

        @rule()
        def submit(self):
            article, state = self.article, self.article.current_workflow_state
            with self.attempt():
                if state and state.status == WorkflowState.STATUS_NEEDS_CHANGES:
                    state.resume(newsroom.writer)
                elif state is None:
                    article.get_workflow().start(article, newsroom.writer)

        @rule(by=anybody, verdict=sampled_from([*[ReviewVerdict.ADOPT] * 6, *ReviewVerdict]))
        def review(self, by, verdict):
            waiting, by = self.article.current_workflow_task_state, people[by]
            if waiting is None:
                return
            with self.attempt():
                opened = open_review(waiting.pk)
                note_opening(opened, by)
                decision = ReviewDecision(verdict, "意见", checked=opened.step.points)
                decide(waiting.pk, by, opened.text.words, decision)
                assert by.pk not in self.hands, f"{by} reviewed what they wrote"
                assert by != newsroom.root

        @rule(by=anybody)
        def publish_it(self, by):
            with self.attempt():
                self.article.latest_revision.publish(user=people[by])

        @rule()
        def publish_by_system(self):
            with self.attempt():
                self.article.latest_revision.publish()

        @rule(by=anybody)
        def hurry(self, by):
            with self.attempt():
                choose_fast_lane(self.article, "突发", people[by])

        @rule(by=anybody)
        def let_pass(self, by):
            with self.attempt():
                grant_exception(self.article, "停电", people[by])
                assert people[by] in newsroom.chiefs
                assert people[by].pk not in self.hands
                self.excepted.add(self.title)

        @rule()
        def withdraw_it(self):
            withdraw(self.article, "有误", newsroom.chiefs[0])

        @invariant()
        def what_is_published_has_a_sheet_that_holds(self):
            sheets = list(ReviewSheet.objects.filter(article=self.pk).order_by("pk"))
            for sheet in sheets[self.published :]:
                self._check(sheet)
            if len(sheets) > self.published:
                self.published, self.hands = len(sheets), {newsroom.writer.pk}
            if self.article.live:
                assert sheets
                assert sheets[-1].revision_number == self.article.live_revision_id

        def _check(self, sheet: ReviewSheet) -> None:
            told = json.loads(sheet.document)
            if sheet.excepted:
                assert self.title in self.excepted
                return
            if told["unchanged"]:
                return
            standing = [one for one in told["reviews"] if one["stands"]]
            persons = [one["by"]["id"] for one in standing]
            assert [one["step"] for one in standing] == told["chain"]["steps"]
            assert len(set(persons)) == len(persons), f"one person twice: {told['reviews']}"
            assert not set(persons) & self.hands, "reviewed by who wrote it"
            assert {one["words"] for one in standing} == {told["text"]["words"]}

        def teardown(self):
            if hasattr(self, "block"):
                transaction.set_rollback(True)
                self.block.__exit__(None, None, None)

    return Deeds


def test_no_deed_gets_a_text_past_its_reviews(newsroom):
    run_state_machine_as_test(
        machine(newsroom),
        settings=settings(
            max_examples=6,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_way_of_an_article_is_the_same_as_its_sheets(newsroom):
    assert list(sheets_are_as_written()) == []
    assert not ReviewState.objects.filter(status="approved").exclude(verdict=ReviewVerdict.ADOPT).exists()
