"""Searches that members save: what is published since that they find, and by which ways members are told."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from meiri.journal.consumers import run_consumer
from meiri.members import carrying_notices, saved_searches, telling_searchers
from meiri.members.carrying_notices import mail_news
from meiri.members.models import (
    NoticeChoice,
    QueryMatch,
    SavedSearch,
    SavedSearchRound,
    WatchedQuery,
    WatchedWord,
)
from meiri.members.saved_searches import forget_searches_of, save_search, searches_with_news
from meiri.members.telling_searchers import forget_matches, go_on_with_searches, search_rounds_are_open
from meiri.newsroom.publishing import publish, withdraw
from meiri.personal.models import Notice
from meiri.personal.personal_data import erase_personal_data, export_personal_data
from meiri.push.models import PushMessage
from meiri.search.index_documents import Text, fields_of
from meiri.search.models import KnownName
from meiri.search.one_article import anchors_of, asker_of, words_in
from meiri.search.query import parse
from tests.members.people import a_member, a_registered_member, words
from tests.newsroom_factory import a_channel, a_draft, a_source, an_article

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def mails_in_memory(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def member(client):
    member = a_registered_member("lin@paper.example")
    client.force_login(member)
    return member


def compare() -> None:
    """Let the worker do what publications left it."""
    while run_consumer("saved searches"):
        pass
    while search_rounds_are_open():
        go_on_with_searches()


def found_by(saved: SavedSearch) -> list[str]:
    compare()
    matches = QueryMatch.objects.filter(query=saved.query_id).order_by("pk")
    return list(matches.values_list("article__title", flat=True))


class TestFinding:
    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ("湿地", ["湿地来了候鸟"]),
            ("湿地 候鸟", ["湿地来了候鸟"]),
            ("候鸟 -湿地", []),
            ('"来了候鸟"', ["湿地来了候鸟"]),
            ("标题:湿地", ["湿地来了候鸟"]),
            ("标题:芦苇", []),
            ("芦苇", ["湿地来了候鸟"]),
            ("湿地 频道:keji", ["湿地来了候鸟"]),
            ("湿地 频道:tiyu", []),
            ("湿地 来源:河畔科普", ["湿地来了候鸟"]),
            ("湿地 来源:别处", []),
            ("濕地", ["湿地来了候鸟"]),
            ("图书馆", []),
        ],
    )
    def test_what_is_published_afterwards_as_the_search_page_would(self, member, asked, found):
        an_article("从前的湿地候鸟")
        compare()
        saved = save_search(member, asked)
        an_article("湿地来了候鸟", text="芦苇荡里。", channel=a_channel(), source=a_source("河畔科普"))
        an_article("体育馆里的图画书")
        assert found_by(saved) == found

    def test_by_other_names_that_editors_keep(self, member):
        KnownName.objects.create(name="清河理工大学", aliases="清河理工")
        saved = save_search(member, "清河理工")
        an_article("清河理工大学开学")
        assert found_by(saved) == ["清河理工大学开学"]

    def test_each_article_once_and_not_what_may_harm_minors_is_old_or_not_published(self, member):
        saved = save_search(member, "湿地")
        an_article("湿地旧案", minors_risk="imitation")
        an_article("去年的湿地", published_at=timezone.now() - timedelta(days=300))
        a_draft("写到一半的湿地")
        article = an_article("湿地来了候鸟")
        compare()
        article.summary = "改过的"
        publish(article)
        assert found_by(saved) == ["湿地来了候鸟"]
        assert QueryMatch.objects.count() == 1

    def test_no_search_is_run_over_the_archive_and_members_of_one_search_cost_one_comparison(
        self, member, monkeypatch
    ):
        asked = []
        whole = telling_searchers.asker_of
        monkeypatch.setattr(
            telling_searchers,
            "asker_of",
            lambda fields: lambda query: asked.append(query) or whole(fields)(query),
        )
        for n in range(8):
            save_search(a_member(f"m{n}"), "湿地 候鸟")
        for words_of in ("图书馆 夜读", "钢铁 产量", "湿地 图书馆"):
            save_search(member, words_of)
        an_article("湿地来了候鸟")
        compare()
        assert len(asked) <= 2  # those with a word of the article as their longest
        assert WatchedQuery.objects.count() == 4
        assert SavedSearch.objects.count() == 11

    def test_steps_are_bounded_and_lose_nobody(self, member, monkeypatch):
        monkeypatch.setattr(telling_searchers, "COMPARED", 2)
        monkeypatch.setattr(telling_searchers, "TOLD", 2)
        monkeypatch.setattr(telling_searchers, "STEPS", 1)
        people = [a_member(f"m{n}") for n in range(5)]
        for n, person in enumerate(people):
            save_search(person, f"湿地 {'候鸟芦苇天鹅白鹭野鸭'[2 * n : 2 * n + 2]}")
            save_search(person, "湿地")
            NoticeChoice.objects.create(member=person, searches_on_page=True)
        an_article("湿地里有候鸟、芦苇、天鹅、白鹭、野鸭")
        compare()
        assert QueryMatch.objects.count() == 6
        assert sorted(Notice.objects.values_list("member", flat=True)) == sorted(p.pk for p in people)

    def test_a_round_costs_few_queries(self, member):
        for n in range(15):
            save_search(a_member(f"m{n}"), f"湿地 第{n}号")
        an_article("湿地第1号第2号第3号")
        while run_consumer("saved searches"):
            pass
        with CaptureQueriesContext(connection) as queries:
            go_on_with_searches()
        assert len(queries) < 60

    def test_nothing_is_noted_where_nobody_saved_anything(self):
        an_article("湿地来了候鸟")
        compare()
        assert not SavedSearchRound.objects.exists()

    def test_what_was_found_is_forgotten(self, member):
        save_search(member, "湿地")
        an_article("湿地来了候鸟")
        compare()
        QueryMatch.objects.update(at=timezone.now() - timedelta(days=31))
        SavedSearchRound.objects.update(done_at=timezone.now() - timedelta(days=3))
        assert forget_matches() == 1
        assert not SavedSearchRound.objects.exists()


WORDS = st.sampled_from(
    ["湿地", "候鸟", "科技创新", "图书馆", "的", "5G", "rebuilt dams", "欧阳锋铭", "，", "12", "京"]
)


@given(title=st.lists(WORDS, min_size=1, max_size=6), asked=st.lists(WORDS, min_size=1, max_size=3))
def test_what_an_article_answers_has_one_of_its_words_as_an_anchor(title, asked):
    """Or else it would never be compared."""
    fields = fields_of(Text(1, timezone.now(), 1, None, "".join(title), [], ["正文。"]))
    query = parse(" ".join(asked))
    anchors = anchors_of(query)
    if anchors and asker_of(fields)(query):
        assert words_in(fields).intersection(anchors)


class TestSaving:
    def test_on_pages_of_the_members_own(self, client, member):
        answer = client.post("/members/searches/save/", {"q": " 湿地   候鸟 "})
        saved = SavedSearch.objects.get()
        assert (saved.words, answer["Location"]) == ("湿地 候鸟", f"/members/searches/{saved.pk}/")
        assert "还没有发布相符的稿件" in words(client.get(answer["Location"]))
        SavedSearch.objects.update(looked_at=timezone.now() - timedelta(hours=1))
        an_article("湿地来了候鸟")
        compare()
        assert "1 篇新稿" in words(client.get("/members/searches/"))
        page = client.get(answer["Location"]).content.decode()
        assert 'class="account-new">新</b>' in page
        assert "没有新稿" in words(client.get("/members/searches/"))
        client.post(answer["Location"], {"deed": "drop"})
        for model in (SavedSearch, WatchedQuery, WatchedWord, QueryMatch):
            assert not model.objects.exists()

    def test_the_search_page_leads_there_with_what_is_chosen(self, client, member, search_index):
        a_channel()
        page = client.get("/search/?q=湿地&channel=keji").content.decode()
        address = page.partition('class="save-search"')[2].partition('href="')[2].partition('"')[0]
        assert 'value="湿地 频道:keji"' in client.get(address).content.decode()
        for query in ("", "?q=频道:keji", "?q=湿地&from=2026-01-01"):
            assert "save-search" not in client.get(f"/search/{query}").content.decode()
        assert "save-search" not in client.get("/weichengnian/search/?q=湿地").content.decode()

    def test_once_however_it_is_written(self, member):
        assert save_search(member, "5G  濕地") == save_search(member, "５g 湿地")
        other = a_member("other")
        save_search(other, "5g 湿地")
        assert WatchedQuery.objects.count() == 1
        forget_searches_of(member)
        assert WatchedQuery.objects.count() == 1

    @pytest.mark.parametrize(
        "asked", ["", "，。", "频道:keji", "作者:林晚舟", "湿地 日期:2026", "湿" * 101, "-湿地"]
    )
    def test_what_can_not_be_looked_out_for_is_refused_with_a_reason(self, client, member, asked):
        answer = client.post("/members/searches/save/", {"q": asked})
        assert answer.status_code == 422
        assert 'role="alert"' in answer.content.decode()
        for model in (SavedSearch, WatchedQuery):
            assert not model.objects.exists()

    def test_no_more_than_a_member_may(self, member, monkeypatch):
        monkeypatch.setattr(saved_searches, "MOST_SAVED", 2)
        for asked in ("湿地", "候鸟", "湿地"):
            save_search(member, asked)
        with pytest.raises(ValidationError, match="最多保存 2 个"):
            save_search(member, "天鹅")
        assert WatchedQuery.objects.count() == 2

    def test_nobody_sees_or_drops_what_is_another_members(self, client, member):
        saved = save_search(a_member("other"), "湿地")
        assert client.get(f"/members/searches/{saved.pk}/").status_code == 404
        client.post(f"/members/searches/{saved.pk}/", {"deed": "drop"})
        assert SavedSearch.objects.filter(pk=saved.pk).exists()
        client.logout()
        for address in (
            "/members/searches/",
            "/members/searches/save/?q=湿地",
            f"/members/searches/{saved.pk}/",
        ):
            assert "/members/login/" in client.get(address)["Location"]

    def test_withdrawn_articles_are_neither_counted_nor_listed(self, client, member):
        saved = save_search(member, "湿地")
        article = an_article("湿地来了候鸟")
        compare()
        assert [new for _, new in searches_with_news(member)] == [1]
        withdraw(article, "来源失实")
        assert [new for _, new in searches_with_news(member)] == [0]
        assert "湿地来了候鸟" not in client.get(f"/members/searches/{saved.pk}/").content.decode()


class TestTelling:
    def test_nothing_is_sent_until_a_way_is_switched_on(self, member):
        save_search(member, "湿地")
        an_article("湿地来了候鸟")
        compare()
        for model in (Notice, PushMessage):
            assert not model.objects.exists()
        assert mail.outbox == []

    def test_each_way_by_itself(self, client, member, monkeypatch):
        save_search(member, "湿地")
        client.post("/members/notices/ways/", {"searches_on_page": "on"})
        article = an_article("湿地来了候鸟")
        compare()
        notice = Notice.objects.get()
        assert notice.text == "您保存的检索“湿地”有新稿：湿地来了候鸟"
        assert notice.url == article.get_absolute_url()
        client.post("/members/notices/ways/", {"searches_by_mail": "on"})
        an_article("湿地来了天鹅")
        compare()
        assert Notice.objects.count() == 1
        assert carrying_notices._news_mail_due().exists()
        mail_news()
        (sent,) = mail.outbox
        assert sent.subject.endswith("您保存的检索有新稿")
        assert "湿地来了天鹅" in sent.body
        assert not carrying_notices._news_mail_due().exists()

    def test_by_push_within_the_bound_of_the_day(self, client, member, monkeypatch):
        pushed = []
        monkeypatch.setattr(
            "meiri.members.telling_followers.write_messages",
            lambda members, title, url, until: pushed.append((list(members), title)),
        )
        monkeypatch.setattr("meiri.members.telling_followers.MOST_PUSHED", 1)
        save_search(member, "湿地")
        client.post("/members/notices/ways/", {"searches_by_push": "on"})
        for title in ("湿地来了候鸟", "湿地来了天鹅"):
            an_article(title)
            compare()
        assert pushed == [([member.pk], "湿地来了候鸟")]

    def test_who_follows_the_channel_too_is_told_once(self, client, member):
        from meiri.members.kept_articles import follow_section
        from meiri.members.telling_followers import rounds_are_open, tell_followers

        follow_section(member, a_channel())
        save_search(member, "湿地")
        client.post("/members/notices/ways/", {"searches_on_page": "on", "news_on_page": "on"})
        an_article("湿地来了候鸟", channel=a_channel())
        compare()
        while run_consumer("followers"):
            pass
        while rounds_are_open():
            tell_followers()
        assert Notice.objects.filter(member=member).count() == 1


def test_they_are_in_the_export_and_go_with_the_account(client, member):
    save_search(member, "湿地 候鸟")
    assert [row["检索词"] for row in export_personal_data(member)["保存的检索"]] == ["湿地 候鸟"]
    erase_personal_data(member)
    for model in (SavedSearch, WatchedQuery, WatchedWord):
        assert not model.objects.exists()
