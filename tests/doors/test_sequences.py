"""Sequences of deeds through the admin's own views: after each, readers get what the newsroom says is live."""

import hypothesis
import pytest
from django.contrib.auth import get_user_model
from django.db import transaction
from django.test import Client, TestCase
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from wagtail.models import Page

from meiri.delivery.invalidation import bring_up_to_date, start_following
from meiri.delivery.page_store import page_store
from meiri.delivery.rendering import render
from meiri.delivery.verifying import stale_pages
from meiri.fronts.models import HomePage, StandardPage
from meiri.journal.log import last_sequence
from meiri.journal.verification import verify_chain
from meiri.newsroom.models import Article
from tests.caches import clear_caches
from tests.doors.forms import forms_of
from tests.newsroom_factory import a_channel, a_source, a_station

pytestmark = pytest.mark.django_db
ARTICLE, PAGE = "/admin/snippets/newsroom/article", "/admin/pages"
FRONTS = ["/", "/keji/", "/wenlv/", "/difang/zhejiang/", "/rss.xml", "/zhuanti/", "/zh-hant/"]
TITLES = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=40
).filter(lambda title: title.strip())
TAGS = st.sampled_from(["气象", "5G/6G", "a?b", "#话题#", "100%", "水稻"])


class Newsroom(RuleBasedStateMachine):
    """A chief editor at work. Which article or page a deed is done to is drawn by number."""

    def __init__(self):
        super().__init__()
        self.everything = transaction.atomic()
        self.everything.__enter__()
        self.desk, self.reader = Client(raise_request_exception=False), Client(raise_request_exception=False)

    def teardown(self):
        transaction.set_rollback(True)
        self.everything.__exit__(None, None, None)

    @initialize()
    def begin(self):
        self.desk.force_login(get_user_model().objects.get(username="zhubian"))
        page_store().start_over()
        start_following(page_store())
        self.told = 0

    def article(self, number: int) -> Article:
        found = list(Article.objects.order_by("pk"))
        return found[number % len(found)]

    def page(self, number: int) -> Page:
        found = list(StandardPage.objects.order_by("pk"))
        return found[number % len(found)]

    def press(self, address: str, button: str = "", **changed) -> int:
        """Send the form at `address` as its page holds it, with some values changed and a button pressed. The status."""
        self.told = 0
        answer = self.desk.get(address)
        assert answer.status_code < 500, f"{address}: {answer.status_code}"
        forms = [form for form in forms_of(answer.content.decode(), address) if form.method == "post"]
        # The form that the page is for is the largest; others are of the admin's frame.
        forms = [f for f in forms if not button or button in dict(f.buttons)]
        if not forms:
            return answer.status_code
        form = max(forms, key=lambda f: (f.action.partition("?")[0] == address, len(f.values)))
        form = form.with_button(button) if button else form
        values: dict[str, list[str]] = {}
        for name, value in form.filled(**changed):
            values.setdefault(name, []).append(value)
        before = last_sequence()
        with TestCase.captureOnCommitCallbacks(execute=True):
            status = self.desk.post(form.action, values).status_code
        assert status < 500, f"{form.action}: {status}"
        self.told = last_sequence() - before
        return status

    # Articles.

    @rule(title=TITLES, tag=TAGS)
    def write_and_publish(self, title, tag):
        channel, source = a_channel(), a_source()
        self.press(
            f"{ARTICLE}/add/",
            "action-publish",
            title=title,
            channel=str(channel.pk),
            source=str(source.pk),
            tags=f'"{tag}"',
        )

    @rule(number=st.integers(0, 9), title=TITLES)
    def publish(self, number, title):
        self.press(f"{ARTICLE}/edit/{self.article(number).pk}/", "action-publish", title=title)

    @rule(number=st.integers(0, 9), title=TITLES)
    def save_a_draft(self, number, title):
        found = self.article(number)
        self.press(f"{ARTICLE}/edit/{found.pk}/", title=title)
        assert self.told == 0, "A draft was told to readers."

    @rule(number=st.integers(0, 9))
    def move_to_another_channel(self, number):
        other = a_channel("文化·旅游", "wenlv")
        station = a_station()
        self.press(
            f"{ARTICLE}/edit/{self.article(number).pk}/",
            "action-publish",
            channel=str(other.pk),
            stations=[str(station.pk)],
        )

    @rule(number=st.integers(0, 9))
    def schedule_a_new_version(self, number):
        found = self.article(number)
        self.press(
            f"{ARTICLE}/edit/{found.pk}/",
            "action-publish",
            title="两天后的标题",
            go_live_at="2031-01-01 08:00",
        )
        assert self.told == 0, "What is to be published later was told at once."

    @rule(number=st.integers(0, 9))
    def withdraw(self, number):
        found = self.article(number)
        if found.live:
            self.press(f"{ARTICLE}/unpublish/{found.pk}/", reason="来源失实")
            assert self.told == 1
            assert not Article.objects.get(pk=found.pk).live

    @rule(number=st.integers(0, 9))
    def restore_the_first_version(self, number):
        found = self.article(number)
        first = found.revisions.order_by("pk").first()
        if first:
            self.press(f"{ARTICLE}/history/{found.pk}/revisions/{first.pk}/revert/", "action-publish")

    @rule(number=st.integers(0, 9))
    def delete_its_picture(self, number):
        found = self.article(number)
        if found.picture_id:
            self.press(f"/admin/images/{found.picture_id}/delete/")

    # Laid-out pages.

    @rule(title=TITLES)
    def lay_out_home_anew(self, title):
        home = HomePage.objects.get()
        address = f"{PAGE}/{home.pk}/edit/"
        form = next(
            f
            for f in forms_of(self.desk.get(address).content.decode(), address)
            if "action-publish" in dict(f.buttons)
        )
        at = next(n for n, _ in form.values if n.startswith("body-") and n.endswith("-value-title"))
        self.press(address, "action-publish", **{at: title[:20]})

    @rule(number=st.integers(0, 9), title=TITLES)
    def publish_a_page(self, number, title):
        self.press(f"{PAGE}/{self.page(number).pk}/edit/", "action-publish", title=title)

    @precondition(lambda self: StandardPage.objects.count() > 1)
    @rule(number=st.integers(0, 9))
    def unpublish_a_page(self, number):
        self.press(f"{PAGE}/{self.page(number).pk}/unpublish/", reason="内容过时")

    @precondition(lambda self: StandardPage.objects.count() > 1)
    @rule(number=st.integers(0, 9))
    def delete_a_page(self, number):
        self.press(f"{PAGE}/{self.page(number).pk}/delete/")

    @precondition(lambda self: StandardPage.objects.count() > 1)
    @rule(number=st.integers(0, 9))
    def move_a_page(self, number):
        found, home = self.page(number), HomePage.objects.get()
        self.press(f"{PAGE}/{found.pk}/move/{home.pk}/confirm/")

    @precondition(lambda self: 0 < StandardPage.objects.count() < 8)
    @rule(number=st.integers(0, 9))
    def copy_a_page(self, number):
        found = self.page(number)
        count = StandardPage.objects.count()
        self.press(
            f"{PAGE}/{found.pk}/copy/", new_slug=f"copy-{count}", new_title="副本", publish_copies="on"
        )

    # What holds after each.

    @invariant()
    def readers_get_what_is_live(self):
        assert bring_up_to_date(page_store())
        clear_caches()
        assert list(stale_pages(page_store())) == []
        for front in FRONTS:
            assert render(front).response.status_code == 200, f"{front} can't be rendered."
            assert self.reader.get(front).status_code == 200, front
        for article in Article.objects.select_related("channel"):
            self._stands(article.get_absolute_url(), article.live, article.title)
        for page in StandardPage.objects.all():
            self._stands(page.get_url(), page.live, page.title)
        assert verify_chain().broken is None

    def _stands(self, address: str, live: bool, title: str) -> None:
        answer = self.reader.get(address)
        assert (answer.status_code == 200) == live, f"{address}: {answer.status_code}, live: {live}"


def test_whatever_is_done_in_whatever_order_readers_get_what_is_live(four_articles, stored_pages):
    run_state_machine_as_test(
        Newsroom,
        settings=hypothesis.settings(
            max_examples=max(hypothesis.settings.default.max_examples // 10, 1),
            stateful_step_count=8,
            suppress_health_check=list(hypothesis.HealthCheck),
            derandomize=True,
        ),
    )
