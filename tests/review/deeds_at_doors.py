"""Deeds by chance over one article, through the doors that people use: whoever does whatever, nothing is published without a sheet
that holds, and nobody reviews what they wrote.

What is sent is what a browser or a script would send: the form of an article with each of its buttons, the screen of a review, the
addresses of Wagtail's own deeds, the schedule that falls due. What is refused changes nothing.
"""

import json
from collections import Counter
from datetime import timedelta
from urllib.parse import urlencode

from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.strategies import integers, sampled_from
from wagtail.models import Revision

from meiri.newsroom.models import Article, Post
from meiri.review.models import ReviewException, ReviewSheet, ReviewState, ReviewVerdict
from tests.newsroom.test_admin import form_of
from tests.newsroom_factory import a_channel, a_draft
from tests.review.newsroom import Newsroom

TITLES = ("雪后的第一班公交", "雪后的头班公交", "雪后的末班公交")
BUTTONS = ("", "action-submit", "action-publish", "action-cancel-workflow", "action-restart-workflow")
VERDICTS = (*[ReviewVerdict.ADOPT] * 6, *ReviewVerdict)
# Of the longest chain.
MOST_STEPS = 6
SNIPPET = "wagtailsnippets_newsroom_article"


def machine(newsroom: Newsroom, done: Counter[str]) -> type[RuleBasedStateMachine]:
    """The deeds of a newsroom's people. `done` counts them, and those that had an effect."""
    people = [newsroom.writer, *newsroom.editors, *newsroom.chiefs, newsroom.deputy, newsroom.root]
    anybody = integers(0, len(people) - 1)
    signed_in = {person.pk: Client(raise_request_exception=True) for person in people}
    for person in people:
        signed_in[person.pk].force_login(person)

    class DeedsAtDoors(RuleBasedStateMachine):
        """One article in a transaction of its own."""

        @initialize()
        def write(self):
            self.block = transaction.atomic()
            self.block._from_testcase = True
            self.block.__enter__()
            article = a_draft(
                TITLES[0], channel=a_channel("关注民生", "minsheng"), created_by=newsroom.writer
            )
            article.save_revision(user=newsroom.writer)
            self.pk = article.pk
            # Each version: its key, what it says, who made another text of it (None: nobody).
            self.versions = [(article.latest_revision_id, TITLES[0], newsroom.writer.pk)]
            self.published, self.sheets, self.reviews = 0, 0, 0
            self.excepted: set[str] = set()

        @property
        def article(self) -> Article:
            return Article.objects.get(pk=self.pk)

        def send(self, by, address: str, **form) -> None:
            """Have `by` send a form, and look at what came of it."""
            with transaction.atomic():
                answer = signed_in[by.pk].post(address, form)
            assert answer.status_code < 500, f"{address}: {answer.status_code}"
            self.look(by)

        def look(self, by) -> None:
            """Note what a deed of `by` did; where it was a review, whether it was theirs to do."""
            done["deeds"] += 1
            newest = self.article.latest_revision
            if newest.pk != self.versions[-1][0]:
                changed = newest.content["title"] != self.versions[-1][1]
                self.versions.append((newest.pk, newest.content["title"], by.pk if by and changed else None))
                done["versions"] += 1
            decided = ReviewState.objects.for_instance(self.article).filter(finished_by__isnull=False)
            decided = decided.exclude(verdict="").order_by("finished_at", "pk")
            if (count := decided.count()) > self.reviews:
                self.reviews = count
                done["reviews"] += 1
                assert by.pk not in self.hands(newest.pk), f"{by} reviewed what they wrote"
                assert by not in (newsroom.root, newsroom.writer)

        def hands(self, until: int) -> set[int]:
            """Who wrote or changed the text up to a version, since it was published last."""
            changed = {by for key, _, by in self.versions if self.published < key <= until and by}
            return {newsroom.writer.pk} | changed

        @rule(by=anybody, title=sampled_from(TITLES), button=sampled_from(BUTTONS))
        def send_form(self, by, title, button):
            form = form_of(self.article, title=title, change_kind="update", change_reason="补充")
            self.send(
                people[by],
                reverse(f"{SNIPPET}:edit", args=[self.pk]),
                **form,
                **({button: "1"} if button else {}),
            )

        @rule()
        def submit_by_writer(self):
            form = form_of(
                self.article, title=self.versions[-1][1], change_kind="update", change_reason="补充"
            )
            self.send(
                newsroom.writer, reverse(f"{SNIPPET}:edit", args=[self.pk]), **form, **{"action-submit": "1"}
            )

        @rule(by=anybody)
        def schedule(self, by):
            soon = timezone.localtime() + timedelta(hours=1)
            form = form_of(
                self.article, title=self.versions[-1][1], change_kind="update", change_reason="补充",
                go_live_at=soon.strftime("%Y-%m-%d %H:%M"),
            )  # fmt: skip
            self.send(
                people[by], reverse(f"{SNIPPET}:edit", args=[self.pk]), **form, **{"action-publish": "1"}
            )

        @rule(forced=sampled_from([False, False, True]))
        def fall_due(self, forced):
            """The time comes; or somebody has written it past the form."""
            waiting = Revision.objects.for_instance(self.article)
            if forced:
                waiting = waiting.filter(pk=self.versions[-1][0])
            else:
                waiting = waiting.filter(approved_go_live_at__isnull=False)
            for revision in waiting:
                past = timezone.now() - timedelta(seconds=1)
                content = revision.content | {"go_live_at": past.isoformat()}
                Revision.objects.filter(pk=revision.pk).update(approved_go_live_at=past, content=content)
            call_command("publish_scheduled")
            self.look(None)

        @rule(by=anybody, verdict=sampled_from(VERDICTS))
        def review(self, by, verdict):
            self._decide(people[by], verdict)

        @rule()
        def review_to_the_end(self):
            self.submit_by_writer()
            for _ in range(MOST_STEPS):
                self.review_by_whoever_has_not(ReviewVerdict.ADOPT)

        @rule(verdict=sampled_from(VERDICTS))
        def review_by_whoever_has_not(self, verdict):
            waiting = self.article.current_workflow_task_state
            if waiting is not None:
                barred = set(waiting.specific.barred.values_list("pk", flat=True))
                reviewers = [*newsroom.editors, *newsroom.chiefs, newsroom.deputy]
                if waiting.task.name in ("终审", "签发"):
                    reviewers.reverse()
                if free := [person for person in reviewers if person.pk not in barred]:
                    self._decide(free[0], verdict)

        def _decide(self, by, verdict: ReviewVerdict) -> None:
            waiting = self.article.current_workflow_task_state
            if waiting is None:
                return
            address = reverse("review_one", args=[waiting.pk])
            shown = signed_in[by.pk].get(address).context
            seen = shown["review"].text.words if shown and "review" in shown else ""
            points = [point for point, _ in shown["points"]] if seen else []
            self.send(by, address, verdict=verdict.value, seen=seen, opinion="意见", checked=points)

        @rule(by=anybody, deed=sampled_from(["approve", "reject"]))
        def decide_by_wagtails_address(self, by, deed):
            if waiting := self.article.current_workflow_task_state:
                address = reverse(f"{SNIPPET}:workflow_action", args=[self.pk, deed, waiting.pk])
                before = self.reviews
                self.send(people[by], address, comment="好")
                assert self.reviews == before, "Wagtail's address decided a review"

        @rule(by=anybody, model=sampled_from(["article", "revision"]))
        def publish_in_bulk(self, by, model):
            address = reverse("wagtail_bulk_action", args=["newsroom", model, "publish"])
            self.send(people[by], f"{address}?{urlencode({'id': self.pk})}")

        @rule(by=anybody)
        def unschedule(self, by):
            scheduled = Revision.objects.for_instance(self.article).filter(approved_go_live_at__isnull=False)
            if revision := scheduled.first():
                self.send(people[by], reverse(f"{SNIPPET}:revisions_unschedule", args=[self.pk, revision.pk]))

        @rule(by=anybody)
        def go_back_to_first_version(self, by):
            form = form_of(
                self.article,
                title=TITLES[0],
                revision=self.versions[0][0],
                change_kind="update",
                change_reason="补充",
            )
            self.send(people[by], reverse(f"{SNIPPET}:edit", args=[self.pk]), **form)

        @rule(by=anybody, deed=sampled_from(["hurry", "except", "except"]))
        def take_another_way(self, by, deed):
            title, granted = self.versions[-1][1], self._exceptions()
            hands = self.hands(self.versions[-1][0])
            self.send(people[by], reverse("review_article", args=[self.pk]), deed=deed, reason="突发")
            if self._exceptions() > granted:
                assert people[by] in newsroom.chiefs
                assert people[by].pk not in hands, "a chief let pass what they wrote"
                self.excepted.add(title)
                done["exceptions"] += 1

        def _exceptions(self) -> int:
            return ReviewException.objects.filter(article=self.pk).count()

        @rule()
        def delegate(self):
            """The deputy stands in for the first chief, or does so no more."""
            standing_in = Post.objects.filter(user=newsroom.deputy, deputy_for__isnull=False)
            if not standing_in.delete()[0]:
                held = Post.objects.get(user=newsroom.chiefs[0])
                Post.objects.create(user=newsroom.deputy, group=held.group, deputy_for=held)
            done["deeds"] += 1

        @rule(by=anybody)
        def withdraw_it(self, by):
            was = self.article.live
            self.send(people[by], reverse(f"{SNIPPET}:unpublish", args=[self.pk]), reason="有误")
            done["withdrawals"] += was and not self.article.live

        @invariant()
        def what_is_published_has_a_sheet_that_holds(self):
            sheets = list(ReviewSheet.objects.filter(article=self.pk).order_by("pk"))
            for sheet in sheets[self.sheets :]:
                self._check(sheet)
                self.published = sheet.revision_number
                done["publications"] += 1
            self.sheets = len(sheets)
            if self.article.live:
                assert sheets
                assert sheets[-1].revision_number == self.article.live_revision_id

        def _check(self, sheet: ReviewSheet) -> None:
            told = json.loads(sheet.document)
            title = Revision.objects.get(pk=sheet.revision_number).content["title"]
            assert not sheet.unreviewed
            if sheet.excepted:
                assert title in self.excepted
                return
            if told["unchanged"]:
                return
            standing = [one for one in told["reviews"] if one["stands"]]
            persons = [one["by"]["id"] for one in standing]
            persons += [one["acting_for"]["id"] for one in standing if one["acting_for"]]
            assert [one["step"] for one in standing] == told["chain"]["steps"]
            assert len(set(persons)) == len(persons), f"one person twice: {told['reviews']}"
            assert not set(persons) & self.hands(sheet.revision_number), "reviewed by who wrote it"
            assert {one["words"] for one in standing} == {told["text"]["words"]}

        def teardown(self):
            if hasattr(self, "block"):
                transaction.set_rollback(True)
                self.block.__exit__(None, None, None)

    return DeedsAtDoors
