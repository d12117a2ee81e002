"""Favourites, history, what one follows, notices: each member's own."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from taggit.models import Tag

from meiri.members import kept_articles
from meiri.members.models import Favourite, Follow, Reading
from meiri.newsroom.publishing import withdraw
from meiri.newsroom.tags import tag_address
from meiri.personal.models import Notice
from meiri.personal.notices import tell
from tests.headlines import unbroken
from tests.members.people import a_member, words
from tests.newsroom_factory import a_channel, a_station, a_topic, an_article, an_author

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(client):
    member = a_member()
    client.force_login(member)
    return member


def queries_of(client, address) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_an_article_is_kept_and_found_again_and_kept_no_longer(client, member):
    article = an_article("候鸟归来")
    address = f"/members/favourites/{article.pk}/"
    assert 'value="keep"' in words(client.get(address))
    assert client.post(address)["Location"] == f"{article.get_absolute_url()}#share"
    client.post(address)
    assert "候鸟归来" in words(client.get("/members/favourites/"))
    assert Favourite.objects.count() == 1
    client.post(address, {"deed": "drop", "back": "list"})
    assert "还没有收藏" in words(client.get("/members/favourites/"))


def test_an_article_says_whether_it_is_kept(client, member):
    article = an_article()
    fragment = f"/members/fragments/{article.pk}/"
    assert 'aria-pressed="false">收藏' in words(client.get(fragment))
    kept_articles.keep_article(member, article)
    assert 'aria-pressed="true">已收藏' in words(client.get(fragment))
    client.logout()
    page = client.get(fragment)
    assert f'<a href="/members/favourites/{article.pk}/">收藏</a>' in words(page)
    assert "no-store" in page["Cache-Control"]


def test_a_stranger_costs_no_query_below_an_article(client, django_assert_num_queries):
    article = an_article()
    with django_assert_num_queries(0):
        client.get(f"/members/fragments/{article.pk}/")


def test_a_withdrawn_favourite_is_named_as_such_and_can_be_removed(client, member):
    article = an_article("误报")
    kept_articles.keep_article(member, article)
    withdraw(article, "有误")
    page = words(client.get("/members/favourites/"))
    assert "这篇稿件已撤下" in page
    assert "误报" not in page
    client.post(f"/members/favourites/{article.pk}/", {"deed": "drop", "back": "list"})
    assert not Favourite.objects.exists()


def test_favourites_are_paged_by_key_with_a_fixed_number_of_queries(client, member):
    articles = [an_article(f"第{n}篇收藏") for n in range(kept_articles.PER_PAGE + 3)]
    kept_articles.keep_article(member, articles[0])
    client.get("/members/favourites/")
    few = queries_of(client, "/members/favourites/")
    for article in articles[1:]:
        kept_articles.keep_article(member, article)
    assert queries_of(client, "/members/favourites/") <= few + 1
    first, after = kept_articles.page_of_kept(Favourite, member)
    rest, end = kept_articles.page_of_kept(Favourite, member, after)
    assert [k.card.pk for k in first + rest] == [a.pk for a in reversed(articles)]
    assert end is None


def test_favourites_are_bounded(client, member, monkeypatch):
    monkeypatch.setattr(kept_articles, "MOST_FAVOURITES", 1)
    kept_articles.keep_article(member, an_article())
    answer = client.post(f"/members/favourites/{an_article().pk}/")
    assert answer.status_code == 422
    assert "最多收藏 1 篇" in words(answer)


def test_nothing_is_kept_of_what_is_read_unless_it_is_switched_on(client, member):
    article = an_article("读过的稿件")
    client.get(f"/members/fragments/{article.pk}/")
    assert not Reading.objects.exists()
    client.post("/members/history/", {"deed": "on"})
    client.get(f"/members/fragments/{article.pk}/")
    client.get(f"/members/fragments/{article.pk}/")
    assert Reading.objects.count() == 1
    assert "读过的稿件" in words(client.get("/members/history/"))


@pytest.mark.parametrize("deed", ["drop", "clear", "off"])
def test_the_history_is_deleted_singly_and_whole(client, member, deed):
    kept_articles.keep_history(member, True)
    articles = [an_article(), an_article()]
    for article in articles:
        kept_articles.note_reading(member, article.pk)
    client.post("/members/history/", {"deed": deed, "article": articles[0].pk})
    left = [articles[1].pk] if deed == "drop" else []
    assert list(Reading.objects.values_list("article_id", flat=True)) == left
    member.refresh_from_db()
    assert member.keeps_history == (deed != "off")


def test_the_history_is_bounded(member, monkeypatch):
    monkeypatch.setattr(kept_articles, "MOST_READINGS", 2)
    kept_articles.keep_history(member, True)
    articles = [an_article() for _ in range(4)]
    for article in articles:
        kept_articles.note_reading(member, article.pk)
    assert set(Reading.objects.values_list("article_id", flat=True)) == {a.pk for a in articles[2:]}


def test_stations_and_authors_are_followed_as_channels_are(client, member):
    station, author = a_station(), an_author()
    an_article("江上新桥合龙的一夜", stations=[station])
    an_article("林中巡护三十年", authors=[author])
    for address in (f"station/{station.slug}", f"author/{author.slug}"):
        assert client.post(f"/members/following/{address}/").status_code == 302
        assert client.post(f"/members/following/{address}/").status_code == 302
    page = unbroken(words(client.get("/members/following/")))
    assert "江上新桥合龙的一夜" in page
    assert "林中巡护三十年" in page
    client.post(f"/members/following/author/{author.slug}/", {"deed": "drop"})
    assert [follow.kind for follow in kept_articles.followed_by(member)] == ["station"]


@pytest.mark.parametrize("name", ["生态治理", "C++ & 开源", "二十大/2027"])
def test_a_tag_is_followed_at_its_page_whatever_it_is_called(client, member, name):
    an_article("河口湿地来了候鸟", tags=[name])
    tag = Tag.objects.get(name=name)
    (address,) = re.findall(r'href="(/members/following/tag/[^"]+)"', words(client.get(tag_address(tag))))
    assert tag_address(tag) in words(client.get(address))
    assert client.post(address)["Location"] == "/members/following/"
    page = unbroken(words(client.get("/members/following/")))
    assert "河口湿地来了候鸟" in page
    assert f'<a href="{tag_address(tag)}">' in page
    client.post(address, {"deed": "drop"})
    assert not Follow.objects.exists()


def test_what_is_new_where_one_follows_is_on_one_page(client, member):
    tech, topic = a_channel(), a_topic()
    other = a_channel("要闻", "yaowen")
    now = timezone.now()
    both = an_article("两处都有", topics=[topic], published_at=now - timedelta(minutes=1))
    newest = an_article("专题里的新稿", channel=other, topics=[topic], published_at=now)
    an_article("没有关注", channel=other)
    client.post("/members/following/channel/keji/")
    client.post("/members/following/topic/qiushou/")
    found, after = kept_articles.news_for(kept_articles.followed_by(member))
    assert ([card.pk for card in found], after) == ([newest.pk, both.pk], None)
    page = words(client.get("/members/following/"))
    assert page.count("两处都有") == 1
    assert "没有关注" not in page
    client.post(f"/members/following/channel/{tech.slug}/", {"deed": "drop"})
    assert Follow.objects.count() == 1


def test_news_go_on_where_a_page_ends(member, monkeypatch):
    monkeypatch.setattr(kept_articles, "PER_PAGE", 2)
    start = timezone.now() - timedelta(hours=1)
    articles = [an_article(published_at=start + timedelta(minutes=n)) for n in range(5)]
    kept_articles.follow_section(member, a_channel())
    seen, before = [], None
    while True:
        found, before = kept_articles.news_for(kept_articles.followed_by(member), before)
        seen += [card.pk for card in found]
        if before is None:
            break
    assert seen == [a.pk for a in reversed(articles)]


def test_follows_cost_a_fixed_number_of_queries_and_are_bounded(client, member, monkeypatch):
    an_article()
    for n in range(3):
        kept_articles.follow_section(member, a_channel(f"频道{n}", f"pindao{n}"))
    kept_articles.follow_section(member, a_channel())
    client.get("/members/following/")
    few = queries_of(client, "/members/following/")
    for n in range(3, 9):
        kept_articles.follow_section(member, a_channel(f"频道{n}", f"pindao{n}"))
    client.get("/members/following/")  # the navigation has new channels
    assert queries_of(client, "/members/following/") <= few
    monkeypatch.setattr(kept_articles, "MOST_FOLLOWS", 10)
    assert client.post(f"/members/following/topic/{a_topic().slug}/").status_code == 422


def test_hidden_and_unknown_places_cannot_be_followed(client, member):
    a_channel("内部", "neibu", visible=False)
    for address in ("channel/neibu", "channel/nowhere", "station/zhejiang", "user/1"):
        assert client.post(f"/members/following/{address}/").status_code == 404


def test_a_member_is_told_and_marks_it_read(client, member):
    tell(member, "您的评论有了回复。", "/comments/1/")
    assert "通知（有未读）" in words(client.get("/members/"))
    page = words(client.get("/members/notices/"))
    assert '<a href="/comments/1/">您的评论有了回复。</a>' in page
    client.post("/members/notices/read/")
    assert "有未读" not in words(client.get("/members/"))


def test_notices_lead_nowhere_else_and_strangers_are_told_nothing(member):
    for url in ("https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"):
        with pytest.raises(ValueError, match="address of the site"):
            tell(member, "x", url)
    tell(None, "x")
    assert not Notice.objects.exists()


def test_notices_are_paged(client, member):
    for n in range(25):
        tell(member, f"第{n}条通知")
    first = words(client.get("/members/notices/"))
    assert "第24条通知" in first
    assert "第4条通知" not in first
    number = Notice.objects.order_by("-pk")[19].pk
    assert f"?before={number}" in first
    assert "第4条通知" in words(client.get(f"/members/notices/?before={number}"))


def test_what_others_keep_is_neither_seen_nor_touched(client, member):
    other, article = a_member("zhao.xi", keeps_history=True), an_article("别人的收藏")
    kept_articles.keep_article(other, article)
    kept_articles.note_reading(other, article.pk)
    kept_articles.follow_section(other, article.channel)
    tell(other, "别人的通知")
    pages = [words(client.get(f"/members/{a}/")) for a in ("favourites", "history", "following", "notices")]
    assert not [p for p in pages if "别人的" in p]
    client.post(f"/members/favourites/{article.pk}/", {"deed": "drop"})
    client.post("/members/history/", {"deed": "drop", "article": article.pk})
    client.post("/members/history/", {"deed": "clear"})
    client.post("/members/following/channel/keji/", {"deed": "drop"})
    client.post("/members/notices/read/")
    assert Favourite.objects.filter(member=other).exists()
    assert Reading.objects.filter(member=other).exists()
    assert Follow.objects.filter(member=other).exists()
    assert Notice.objects.filter(member=other, read_at=None).exists()
