"""Polls: each reader votes once, pages follow what was voted, and what was voted on stays as it was."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from wagtail.actions.publish_revision import PublishPermissionError

from meiri.ingest.stream import as_blocks, as_html
from meiri.journal.consumers import run_due_consumers
from meiri.journal.models import Entry
from meiri.newsroom.models import Article
from meiri.newsroom.publishing import publish, withdraw
from meiri.personal.personal_data import erase_personal_data, export_personal_data
from meiri.polls import views
from meiri.polls.asked_polls import find_poll, polls_in, result_of
from meiri.polls.models import ChosenCount, Poll, Vote
from meiri.polls.telling import tell_polls
from meiri.polls.vote_counting import VoteFate, take_vote
from tests.newsroom.test_admin import an_editor
from tests.newsroom_factory import a_channel, an_article

pytestmark = pytest.mark.django_db

BLOCK = "6f0d2a55-0b3c-4c5e-8b57-0c7b4b8f9a10"
CHOICES = {"11111111-1111-4111-8111-111111111111": "坐公交", "22222222-2222-4222-8222-222222222222": "骑车"}
BUS, BICYCLE = CHOICES
OURS = {"HTTP_SEC_FETCH_SITE": "same-origin"}


def a_poll(**parts) -> list[dict]:
    """The stored body of an article with a poll."""
    choices = parts.pop("choices", CHOICES)
    value = {
        "question": "您平时怎样上班？",
        "choices": [{"type": "item", "value": {"text": words}, "id": key} for key, words in choices.items()],
        "most": 1,
        "closes": None,
        "shown_at_end": False,
        "members_only": False,
    }
    return [{"type": "poll", "value": {**value, **parts}, "id": BLOCK}]


def asking(**parts) -> Article:
    """A published article with a poll."""
    article = an_article("上班路上")
    return asked_again(article, **parts)


def asked_again(article: Article, **parts) -> Article:
    article.body = Article._meta.get_field("body").stream_block.to_python(a_poll(**parts))
    return publish(article)


def address_of_poll(article: Article) -> str:
    return reverse("poll", args=[article.pk, BLOCK])


def vote(client: Client, article: Article, *chosen: str, **more):
    """Send a vote as a browser does, which keeps the device's name and sends again what it is told to."""
    return client.post(address_of_poll(article), {"choice": chosen or [BUS], **more}, follow=True, **OURS)


def in_words(response) -> str:
    return response.content.decode()


def asked_in(page: str) -> tuple[dict, str]:
    """What the form of a page sends back with an answer, and the question."""
    sent = {name: re.search(rf'name="{name}" value="([^"]+)"', page)[1] for name in ("once", "asked")}
    return sent, re.search(r'<label for="poll_answer">(.+?)</label>', page)[1]


def counts(article: Article) -> tuple[int, dict[str, int]]:
    result = result_of(find_poll(article.pk, BLOCK))
    return result.voters, {one.words: one.votes for one in result.choices}


class TestAReader:
    def test_votes_on_the_articles_page_and_sees_how_it_stands(self, client):
        article = asking()
        page = in_words(client.get(article.get_absolute_url()))
        assert f'action="{address_of_poll(article)}"' in page
        assert all(f'name="choice" value="{key}"' in page.replace("\n", " ") for key in CHOICES)
        told = in_words(vote(client, article, BICYCLE))
        assert "您已投票" in told
        assert "1人参加" in told
        assert 'name="choice"' not in told
        assert counts(article) == (1, {"坐公交": 0, "骑车": 1})

    def test_votes_once_whatever_they_choose_then(self, client):
        article = asking()
        vote(client, article, BUS)
        again = vote(client, article, BICYCLE)
        assert again.status_code == 409
        assert "每人一票" in in_words(again)
        assert counts(article) == (1, {"坐公交": 1, "骑车": 0})
        vote(Client(), article, BICYCLE)
        assert counts(article) == (2, {"坐公交": 1, "骑车": 1})

    def test_as_a_member_too_has_the_one_vote(self, client):
        article = asking()
        vote(client, article)
        client.force_login(get_user_model().objects.create_user("reader", "reader@example.org"))
        assert vote(client, article).status_code == 409
        assert Vote.objects.count() == 1

    def test_is_answered_in_json_where_a_script_asks(self, client):
        article = asking()
        sent = {"choice": BUS}
        client.get("/")
        answer = client.post(
            address_of_poll(article), sent, follow=True, headers={"Accept": "application/json"}, **OURS
        )
        assert answer.json() == {"detail": "投票成功，谢谢参与。"}

    @pytest.mark.parametrize(
        ("chosen", "words"),
        [
            ([], "请先选一项。"),
            ([BUS, BICYCLE], "请选 1 至 1 项。"),
            (["33333333-3333-4333-8333-333333333333"], "请从列出的选项里选。"),
            (["' OR 1=1 --"], "请从列出的选项里选。"),
        ],
    )
    def test_who_chooses_wrongly_is_told_and_not_counted(self, client, chosen, words):
        article = asking()
        answer = client.post(address_of_poll(article), {"choice": chosen}, follow=True, **OURS)
        assert answer.status_code == 422
        assert words in in_words(answer)
        assert not Vote.objects.exists()

    def test_chooses_several_where_the_poll_allows_it(self, client):
        article = asking(most=2)
        assert 'type="checkbox"' in in_words(client.get(article.get_absolute_url()))
        vote(client, article, BUS, BICYCLE)
        assert counts(article) == (1, {"坐公交": 1, "骑车": 1})

    def test_of_a_poll_for_members_signs_in_first(self, client):
        article = asking(members_only=True)
        assert vote(client, article).status_code == 403
        client.force_login(get_user_model().objects.create_user("reader", "reader@example.org"))
        assert vote(client, article).status_code == 200
        assert counts(article)[0] == 1

    def test_sees_nothing_before_the_end_where_the_poll_says_so(self, client):
        article = asking(closes=(timezone.now() + timedelta(hours=1)).isoformat(), shown_at_end=True)
        told = in_words(vote(client, article))
        assert "1人参加，结果在截止后公布" in told
        assert "票<" not in told

    def test_finds_no_poll_in_what_is_withdrawn(self, client):
        article = asking()
        withdraw(article, "有误", None)
        assert vote(client, article).status_code == 404
        assert client.get(reverse("poll-result", args=[article.pk, BLOCK])).status_code == 404

    def test_of_another_sites_page_does_not_vote(self, client):
        article = asking()
        strict = Client(enforce_csrf_checks=True)
        answer = strict.post(address_of_poll(article), {"choice": BUS}, HTTP_SEC_FETCH_SITE="cross-site")
        assert answer.status_code == 403
        assert not Vote.objects.exists()


class TestManyFromOneNetwork:
    def test_are_asked_a_question_and_then_refused(self, monkeypatch):
        monkeypatch.setattr(views, "FEW_OF_ONE", 1)
        monkeypatch.setattr(views, "MOST_OF_ONE", 3)
        article = asking()
        assert vote(Client(), article).status_code == 200
        second = Client()
        asked = vote(second, article)
        assert asked.status_code == 429
        sent, question = asked_in(in_words(asked))
        assert question.endswith("等于几？")
        wrong = vote(second, article, answer="九十九", **sent)
        assert wrong.status_code == 429
        assert "答案不对" in in_words(wrong)
        fourth = vote(second, article, answer="九十九", **sent)
        assert views.TOO_MANY in in_words(fourth)
        assert Vote.objects.count() == 1

    def test_the_right_answer_is_counted(self, monkeypatch):
        monkeypatch.setattr(views, "FEW_OF_ONE", 0)
        article, client = asking(), Client()
        sent, question = asked_in(in_words(vote(client, article)))
        first, second = question.removesuffix("等于几？").split("加")
        numbers = "零一二三四五六七八九十"
        answer = str(numbers.index(first) + numbers.index(second))
        told = vote(client, article, answer=answer, **sent)
        assert told.status_code == 200
        assert counts(article)[0] == 1

    def test_a_robot_that_fills_what_nobody_sees_is_told(self, client):
        article = asking()
        assert vote(client, article, website="x").status_code == 422
        assert not Vote.objects.exists()


class TestPages:
    def test_follow_votes_within_a_run_of_the_clock(self, client, stored_pages):
        article = asking()
        fragment = reverse("poll-result", args=[article.pk, BLOCK])
        assert "0人参加" in in_words(client.get(fragment))
        vote(client, article)
        assert tell_polls() == 1
        stored_pages.catch_up()
        assert "1人参加" in in_words(client.get(fragment))
        assert tell_polls() == 0

    def test_have_the_result_in_place_of_the_form_once_the_time_is_over(self, client, stored_pages):
        article = asking(closes=(timezone.now() + timedelta(hours=1)).isoformat(), shown_at_end=True)
        run_due_consumers()
        vote(client, article)
        assert 'name="choice"' in in_words(client.get(article.get_absolute_url()))
        past = timezone.now() - timedelta(seconds=1)
        asked_again(article, closes=past.isoformat(), shown_at_end=True)
        Poll.objects.update(closes=past, closed=False)
        tell_polls()
        stored_pages.catch_up()
        page = in_words(client.get(article.get_absolute_url()))
        assert 'name="choice"' not in page
        assert "1人参加" in page
        closed = Entry.objects.get(kind="poll.closed")
        assert closed.payload["votes"] == {BUS: 1}
        assert vote(Client(), article).status_code == 410

    def test_of_a_result_ask_three_queries(self, client, django_assert_max_num_queries):
        article = asking()
        client.get(article.get_absolute_url())
        with django_assert_max_num_queries(3):
            client.get(reverse("poll-result", args=[article.pk, BLOCK]))

    def test_in_traditional_script_and_in_large_type_lead_to_the_same_poll(self, client):
        article = asking()
        for edition in ("/zh-hant", "/zhangbei"):
            page = in_words(client.get(edition + article.get_absolute_url()))
            assert f"/polls/{article.pk}/{BLOCK}/" in page


class TestWhatWasVotedOn:
    def test_stays_as_it_was(self, client):
        article = asking()
        asked_again(article, choices={BUS: "坐公交或地铁", BICYCLE: "骑车"})
        vote(client, article)
        for changed in (
            {"choices": {BUS: "开车", BICYCLE: "骑车"}},
            {"choices": {BUS: "坐公交或地铁"}},
            {"question": "您讨厌怎样上班？", "choices": {BUS: "坐公交或地铁", BICYCLE: "骑车"}},
        ):
            with pytest.raises(PublishPermissionError, match="已有 1 人参加"):
                asked_again(Article.objects.get(pk=article.pk), **changed)
        asked_again(
            Article.objects.get(pk=article.pk),
            choices={BUS: "坐公交或地铁", BICYCLE: "骑车"},
            closes=(timezone.now() + timedelta(days=1)).isoformat(),
        )

    def test_follows_what_is_published(self):
        article = asking()
        run_due_consumers()
        assert Poll.objects.get().question == "您平时怎样上班？"
        closes = timezone.now() + timedelta(days=1)
        asked_again(article, question="您怎样回家？", closes=closes.isoformat())
        run_due_consumers()
        assert (Poll.objects.get().question, Poll.objects.get().closes) == ("您怎样回家？", closes)
        article.body = [("text", "<p>没有投票了。</p>")]
        publish(article)
        run_due_consumers()
        assert not Poll.objects.exists()


class TestAMember:
    def test_gets_a_copy_and_leaves_without_a_name(self, client):
        member = get_user_model().objects.create_user("reader", "reader@example.org")
        client.force_login(member)
        article = asking()
        vote(client, article, BICYCLE)
        [held] = export_personal_data(member)["投票"]
        assert held["投票"] == "您平时怎样上班？"
        erase_personal_data(member)
        kept = Vote.objects.get()
        assert (kept.reader.startswith("gone:"), kept.chosen) == (True, [])
        assert counts(article) == (1, {"坐公交": 0, "骑车": 1})


class TestTheDesk:
    def test_sees_the_polls_of_its_own_articles_and_takes_results_out(
        self, client, django_assert_max_num_queries
    ):
        article = asking()
        vote(client, article, BICYCLE)
        client.force_login(an_editor(channels=[a_channel()]))
        page = in_words(client.get("/admin/polls/"))
        assert "您平时怎样上班？" in page
        assert "坐公交 0；骑车 1" in page
        table = client.get(f"/admin/polls/{Poll.objects.get().pk}.csv").content.decode("utf-8-sig")
        assert "参加人数,1" in table
        assert "骑车,1" in table

    def test_sees_none_of_another_desk(self, client):
        article = asking()
        vote(client, article)
        client.force_login(an_editor(channels=[a_channel("财经", "caijing")]))
        assert "您平时怎样上班？" not in in_words(client.get("/admin/polls/"))
        assert client.get(f"/admin/polls/{Poll.objects.get().pk}.csv").status_code in (302, 403, 404)


@given(
    chosen=st.lists(st.sampled_from([*CHOICES, "other"]), max_size=4),
    most=st.integers(-1, 5),
)
def test_what_is_counted_is_what_may_be_chosen(chosen, most):
    [asked] = polls_in(1, a_poll(most=most))
    fate = None
    if asked.is_closed or not set(chosen) <= set(CHOICES) or not 0 < len(set(chosen)) <= asked.most:
        fate = take_vote(asked, chosen, "member:1")
        assert fate == VoteFate.WRONG
    assert 1 <= asked.most <= len(CHOICES)


@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"most": "viele"},
        {"choices": "x", "most": 1},
        {"closes": "übermorgen"},
        {"choices": [1], "most": 1},
    ],
)
def test_what_is_stored_wrongly_is_no_poll(stored):
    raw = [{"type": "poll", "id": BLOCK, "value": stored}, {"type": "poll"}, None]
    assert list(polls_in(1, raw)) == []


def test_a_poll_comes_back_from_its_export(client):
    article = asking(most=2, closes="2027-01-02T18:00:00+08:00", shown_at_end=True, members_only=True)
    html = as_html(article.body)
    assert "投票：您平时怎样上班？（最多选2项；2027-01-02 18:00截止；截止后公布结果；仅限会员）" in html
    [block] = as_blocks(html, {})
    kept = dict(block["value"] if isinstance(block, dict) else block[1])
    assert [choice["value"]["text"] for choice in kept.pop("choices")] == list(CHOICES.values())
    assert kept == {
        "question": "您平时怎样上班？",
        "most": 2,
        "closes": "2027-01-02T18:00:00+08:00",
        "shown_at_end": True,
        "members_only": True,
    }
    assert ChosenCount.objects.count() == 0


def test_the_edition_for_minors_has_the_article_without_its_poll(client):
    article = asking()
    assert 'class="poll"' in in_words(client.get(article.get_absolute_url()))
    page = in_words(client.get(f"/weichengnian{article.get_absolute_url()}"))
    assert "上班路上" in page
    assert 'class="poll"' not in page
    assert "/polls" not in page
