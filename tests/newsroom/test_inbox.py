"""What waits for whom, on the first screen."""

import re
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from meiri.comments.models import Comment, CommentState
from meiri.comments.permissions import MODERATORS
from meiri.fronts.models import FriendLink
from meiri.letters.permissions import LETTER_EDITORS
from meiri.members.models import User
from meiri.newsroom.appointing import appoint
from meiri.newsroom.inbox import MOST_COUNTED, inbox_of
from meiri.newsroom.initial_newsroom import create_newsroom
from meiri.newsroom.models import Proposal
from meiri.newsroom.roles import CHIEFS, EDITORS
from meiri.newsroom.today import SHOWN, TodayPanel
from meiri.reports.models import Report
from tests.newsroom_factory import a_channel, a_draft, a_station, an_article

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def initial_data(shared_database):
    create_newsroom()


def with_post(role: str, *channels, everywhere=False) -> User:
    user = User.objects.create_user(f"user{User.objects.count()}", email=f"{User.objects.count()}@e.cn")
    appoint(user, Group.objects.get(name=role), channels, everywhere=everywhere)
    return User.objects.get(pk=user.pk)


def counts_of(user) -> dict[str, int]:
    return {waiting.section.heading: waiting.count for waiting in inbox_of(user)}


def comments_on(article, number: int) -> None:
    comments = (
        Comment(
            article=article,
            name="读者",
            text=f"第 {n} 条",
            token_digest=f"{article.pk}-{n}",
            state=CommentState.PENDING,
        )
        for n in range(number)
    )
    Comment.objects.bulk_create(comments)


def send_for_review(article, author):
    article.save_revision(user=author)
    return create_newsroom().start(article, author)


def first_screen_of(user) -> str:
    client = Client()
    client.force_login(user)
    return client.get(reverse("wagtailadmin_home")).content.decode()


def test_each_sees_what_is_theirs_to_handle(initial_data):
    top, life = a_channel("要闻", "yaowen"), a_channel("关注民生", "minsheng")
    theirs, others = an_article(channel=top), an_article(channel=life)
    comments_on(theirs, 3), comments_on(others, 2)
    Report.objects.create(article=theirs, text="错了一个字", key_digest="a")
    Report.objects.create(article=others, text="错了两个字", key_digest="b")
    Proposal.objects.create(article=others, channel=top)
    FriendLink.objects.create(name="友站", url="https://example.org/", state=FriendLink.State.APPLIED)
    send_for_review(a_draft("待审一条", channel=top), with_post(EDITORS, top))

    # Sections of other apps may stand beside these.
    editor = counts_of(with_post(EDITORS, top))
    assert {
        "待审稿件": 1,
        "退回修改": 0,
        "送来的稿": 1,
        "读者纠错": 1,
        "通讯员来稿": 0,
    }.items() <= editor.items()
    assert "待审评论" not in editor
    moderator = counts_of(with_post(MODERATORS, top))
    assert moderator["待审评论"] == 3
    assert "待审稿件" not in moderator
    assert counts_of(with_post(MODERATORS, everywhere=True))["待审评论"] == 5
    letters = counts_of(with_post(LETTER_EDITORS, everywhere=True))
    assert {"新到来信": 0, "逾期来信": 0}.items() <= letters.items()
    assert "待审评论" not in letters
    chief = counts_of(with_post(CHIEFS, everywhere=True))
    assert (chief["读者纠错"], chief["待审评论"], chief["友情链接申请"]) == (2, 5, 1)


def test_what_is_sent_back_says_why(initial_data):
    author = with_post(EDITORS, a_channel("要闻", "yaowen"))
    state = send_for_review(a_draft("退回一条", channel=a_channel("要闻", "yaowen")), author)
    state.current_task_state.reject(user=with_post(EDITORS, everywhere=True), comment="标题再准一些")
    assert "退回修改" in (page := first_screen_of(author))
    assert "初审退回：标题再准一些" in page


def test_a_first_screen_shows_no_lists_that_are_none_of_ones_own(initial_data):
    moderator = first_screen_of(with_post(MODERATORS, everywhere=True))
    assert "待审评论" in moderator
    assert not re.search("我的稿件|全部稿件|写稿|待审稿件", moderator)
    editor = first_screen_of(with_post(EDITORS, everywhere=True))
    assert "我的稿件" in editor
    assert "待审评论" not in editor


def test_counts_cost_one_query_together_and_end(initial_data, django_assert_num_queries):
    article = an_article(channel=a_channel("要闻", "yaowen"))
    comments_on(article, MOST_COUNTED + 5)
    moderator = with_post(MODERATORS, article.channel)
    (comments,) = (w for w in inbox_of(moderator) if w.section.heading == "待审评论")
    assert comments.count_in_words == f"{MOST_COUNTED}+"
    chief = with_post(CHIEFS, everywhere=True)
    inbox_of(chief)  # what may be done is known from here on
    # One for all counts; the others find the reviews that there are.
    with django_assert_num_queries(6):
        assert len(inbox_of(chief)) > 6


def test_the_first_screen_costs_the_same_whatever_waits(initial_data, django_assert_num_queries):
    chief, author = with_post(CHIEFS, everywhere=True), with_post(EDITORS, everywhere=True)
    top, station = a_channel("要闻", "yaowen"), a_station()

    def more(number: int) -> None:
        for _ in range(number):
            article = an_article(channel=top)
            comments_on(article, 3)
            Report.objects.create(article=article, text="错字", key_digest=f"r{article.pk}")
            Proposal.objects.create(article=article, station=station, asked_at=timezone.now())
            send_for_review(a_draft(channel=top), author)

    def panel() -> dict:
        return TodayPanel().get_context_data({"request": SimpleNamespace(user=chief)})

    more(2)
    panel()  # what may be done is known from here on
    with CaptureQueriesContext(connection) as few:
        panel()
    more(8)
    with django_assert_num_queries(len(few)):
        assert {waiting.section.heading: len(items) for waiting, items in panel()["waiting"]}[
            "送来的稿"
        ] == SHOWN
    assert len(few) < 40
