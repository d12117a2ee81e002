"""What is new where a member follows, and by which ways members are told of it and of what concerns them."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from meiri.comments.models import Comment, CommentState
from meiri.journal.consumers import run_consumer
from meiri.members import carrying_notices, telling_followers
from meiri.members.carrying_notices import carry_notices, mail_news, news_mail_is_due, notices_wait
from meiri.members.kept_articles import follow_section, keep_article
from meiri.members.models import NewsRound, NoticeChoice
from meiri.members.telling_followers import forget_rounds, rounds_are_open, tell_followers
from meiri.newsroom.publishing import publish, withdraw
from meiri.personal import notices
from meiri.personal.models import Notice
from meiri.personal.notices import tell
from tests.headlines import unbroken
from tests.members.people import a_member, a_registered_member, words
from tests.newsroom_factory import a_channel, a_draft, a_topic, an_article

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def mails_in_memory(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def member(client):
    member = a_registered_member("lin@paper.example")
    client.force_login(member)
    return member


def choose(client, *on):
    answer = client.post("/members/notices/ways/", dict.fromkeys(on, "on"))
    assert answer["Location"] == "/members/#notice-ways"


def news_reach_followers() -> None:
    while run_consumer("followers"):
        pass
    while rounds_are_open():
        tell_followers()


def told(member) -> list[str]:
    return list(Notice.objects.filter(member=member).order_by("pk").values_list("text", flat=True))


def hours_ago(member, hours: float) -> None:
    """Let the last look of `member` be so long ago."""
    NoticeChoice.objects.filter(member=member).update(looked_at=timezone.now() - timedelta(hours=hours))


def account_page(client) -> str:
    return unbroken(words(client.get("/members/")))


def test_the_account_page_says_what_is_new_since_the_last_visit(client, member):
    follow_section(member, a_channel())
    an_article("昨天的稿件", published_at=timezone.now() - timedelta(hours=9))
    first = account_page(client)
    assert "昨天的稿件" in first
    assert "account-new" not in first  # at the first look nothing is new
    hours_ago(member, 8)
    an_article("今早的稿件", published_at=timezone.now() - timedelta(hours=4))
    for _ in range(2):  # looking again in the same visit takes nothing away
        page = account_page(client)
        assert "<b>1</b> 篇新稿" in page
        assert page.count("account-new") == 1
    hours_ago(member, 1)
    assert "以来没有新稿" in account_page(client)


def test_the_account_page_has_what_is_kept_said_answered_and_sent(client, member):
    article = an_article("湿地的清晨")
    keep_article(member, article)
    own = Comment.objects.create(
        article=article,
        member=member,
        name="林间",
        text="照片真好",
        state=CommentState.APPROVED,
        token_digest="1",
    )
    page = account_page(client)
    assert "湿地的清晨" in page
    assert "已显示" in page
    Comment.objects.create(
        article=article, reply_to=own, name="本网", text="谢谢", official=True, state=CommentState.APPROVED,
        token_digest="2",
    )  # fmt: skip
    page = account_page(client)
    assert "编辑部已回复" in page
    for address in (
        "/letters/#letter-ask-heading",
        "/members/export/",
        "/members/leave/",
        "/members/sign-ins/",
    ):
        assert f'href="{address}"' in page


def test_the_account_page_costs_the_same_however_much_is_on_it(client, member):
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/members/").status_code == 200
        return len(asked)

    def fill() -> None:
        article = an_article()
        follow_section(member, a_topic(f"专题{article.pk}", f"zhuanti-{article.pk}"))
        follow_section(member, a_channel())
        keep_article(member, article)
        Comment.objects.create(
            article=article, member=member, name="林间", text="好", token_digest=str(article.pk)
        )
        tell(member, "一条通知")

    fill()
    client.get("/members/")
    few = queries()
    for _ in range(7):
        fill()
    client.get("/members/")  # what every page shows is read anew
    assert queries() <= few


def test_followers_are_told_once_of_a_new_article_if_they_wish(client, member):
    channel, topic = a_channel(), a_topic()
    follow_section(member, channel)
    follow_section(member, topic)
    silent = a_member("zhao.xi")
    follow_section(silent, channel)
    choose(client, "news_on_page")
    article = an_article("江上新桥合龙", channel=channel, topics=[topic])
    an_article("别处的稿件", channel=a_channel("要闻", "yaowen"))
    news_reach_followers()
    assert told(member) == ["您关注的“科技前沿”有新稿：江上新桥合龙"]
    assert told(silent) == []
    article.title = "江上新桥合龙通车"
    publish(article)
    news_reach_followers()
    assert len(told(member)) == 1
    assert article.get_absolute_url() in words(client.get("/members/notices/"))


def test_what_may_harm_minors_what_is_old_and_what_was_withdrawn_is_told_to_nobody(client, member):
    follow_section(member, a_channel())
    choose(client, "news_on_page")
    an_article("血腥的现场", minors_risk="imitation")
    an_article("旧档案里的稿件", published_at=timezone.now() - timedelta(days=3))
    while run_consumer("followers"):
        pass
    assert not NewsRound.objects.exists()
    flagged_later, gone = an_article("后来加了提示的稿件"), an_article("误报")
    while run_consumer("followers"):
        pass
    flagged_later.minors_risk = "values"
    publish(flagged_later)
    withdraw(gone, "有误")
    news_reach_followers()
    assert told(member) == []


def test_many_followers_are_told_in_steps_each_once_whenever_it_stops(client, monkeypatch):
    monkeypatch.setattr(telling_followers, "STEP", 2)
    monkeypatch.setattr(telling_followers, "STEPS", 1)
    channel, topic = a_channel(), a_topic()
    members = [a_member(f"m{n}") for n in range(5)]
    for number, one in enumerate(members):
        NoticeChoice.objects.create(member=one, news_on_page=True)
        follow_section(one, channel)
        if number % 2:
            follow_section(one, topic)
    an_article("一桥飞架", channel=channel, topics=[topic])
    news_reach_followers()
    assert [len(told(one)) for one in members] == [1] * 5
    NewsRound.objects.update(done_at=timezone.now() - timedelta(days=3))
    assert forget_rounds() == 1


def test_notices_go_by_mail_to_a_proven_address_of_those_who_wish_it(client, member):
    unproven = a_member("zhao.xi", email="zhao@paper.example")
    NoticeChoice.objects.create(member=unproven, told_by_mail=True)
    tell(member, "先前的通知")
    assert carry_notices() == 1
    assert mail.outbox == []
    choose(client, "told_by_mail")
    for one in (member, unproven):
        tell(one, "您的评论有了回复。", "/comments/1/")
    assert notices_wait()
    carry_notices()
    assert not notices_wait()
    (sent,) = mail.outbox
    assert sent.to == ["lin@paper.example"]
    assert "您的评论有了回复。" in sent.body
    assert "/members/#notice-ways" in sent.body
    choose(client)
    tell(member, "另一条")
    carry_notices()
    assert len(mail.outbox) == 1


def test_one_mail_in_the_morning_has_what_is_new_since_yesterday(client, member, monkeypatch):
    monkeypatch.setattr(carrying_notices, "MORNING", 0)
    follow_section(member, a_channel())
    choose(client, "news_by_mail")
    an_article("前天的稿件", published_at=timezone.now() - timedelta(days=2))
    an_article("昨夜的稿件", published_at=timezone.now() - timedelta(hours=5))
    an_article("有提示页的稿件", minors_risk="image")
    assert news_mail_is_due()
    assert mail_news() == 1
    assert not news_mail_is_due()
    (sent,) = mail.outbox
    assert "昨夜的稿件" in sent.body
    assert "前天的稿件" not in sent.body
    assert "有提示页的稿件" not in sent.body


def test_old_notices_go_a_step_at_a_time(member, monkeypatch):
    monkeypatch.setattr(notices, "STEP", 2)
    for n in range(4):
        tell(member, f"第{n}条")
    old = timezone.now() - timedelta(days=200)
    Notice.objects.exclude(text="第3条").update(told_at=old)
    assert [notices.forget_notices() for _ in range(3)] == [2, 1, 0]
    assert told(member) == ["第3条"]


def test_a_draft_begins_no_round():
    a_draft()
    run_consumer("followers")
    assert not NewsRound.objects.exists()
