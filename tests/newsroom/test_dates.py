"""How articles may be dated, through every door, and lists of what is older than 1970."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from meiri.ingest.importing import import_items
from meiri.ingest.record_line import read_record
from meiri.journal.models import Entry
from meiri.newsroom.dates import EARLIEST, fault_of_date
from meiri.newsroom.models import Article
from meiri.newsroom.publishing import publish
from meiri.newsroom.river import Listing, Place
from meiri.sample.generating import generate
from meiri.search.finding import HitCursor, Sort
from meiri.search.index import moment_of, second_of
from tests.newsroom.test_admin import edit, form_of
from tests.newsroom_factory import a_channel, a_draft, an_article

pytestmark = pytest.mark.django_db

FAR = [timedelta(days=400), timedelta(minutes=5), timedelta(seconds=20)]


@pytest.fixture
def desk(client):
    client.force_login(get_user_model().objects.create_superuser("zhubian", "z@example.com", "x"))
    return client


def written(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M:%S")


NEVER = ["2099-01-01 08:00", "0226-11-28 08:00", "0001-01-01 00:00", "9999-12-31 23:59", "1815-08-04 23:59"]


@pytest.mark.parametrize("when", NEVER)
def test_a11_a_draft_is_saved_without_a_time_that_no_article_has(desk, when):
    article = a_draft()
    answer = desk.post(edit(article), form_of(article, title="新题", published_at=when), follow=True)
    assert re.search("发布时间没有保存：发布时间不能(晚于现在|早于 1815 年)", answer.content.decode())
    article.refresh_from_db()
    assert (article.title, article.published_at) == ("新题", None)


@pytest.mark.parametrize("when", NEVER)
def test_a11_the_form_refuses_a_time_that_no_article_has(desk, when):
    article = a_draft()
    answer = desk.post(edit(article), form_of(article, published_at=when, **{"action-publish": "1"}))
    assert answer.status_code == 200
    assert re.search("发布时间不能(晚于现在|早于 1815 年)", answer.content.decode())
    article.refresh_from_db()
    assert (article.live, article.published_at) == (False, None)


def test_a11_the_form_takes_the_first_day_and_now(desk):
    for when in (EARLIEST, timezone.now()):
        article = a_draft()
        answer = desk.post(
            edit(article), form_of(article, published_at=written(when), **{"action-publish": "1"})
        )
        assert answer.status_code == 302
        article.refresh_from_db()
        assert article.live
        assert desk.get(article.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("when", ["0001-01-01 00:00", "1700-01-01 00:00"])
def test_a11_a_time_to_go_live_that_never_was_is_refused(desk, when):
    article = a_draft()
    answer = desk.post(edit(article), form_of(article, go_live_at=when, **{"action-publish": "1"}))
    assert answer.status_code == 200
    assert "请核对年份" in answer.content.decode()


def test_a11_a_time_ahead_is_taken_with_the_schedule(desk):
    article, soon = a_draft("定时的稿件"), timezone.now().replace(microsecond=0) + timedelta(hours=3)
    fields = {"published_at": written(soon), "go_live_at": written(soon), "action-publish": "1"}
    assert desk.post(edit(article), form_of(article, **fields)).status_code == 302
    article.refresh_from_db()
    assert not article.live
    assert not Listing.objects.exists()
    assert not Entry.objects.filter(kind="article.published").exists()
    early = {
        "published_at": written(soon + timedelta(minutes=1)),
        "go_live_at": written(soon),
        "action-publish": "1",
    }
    assert "发布时间不能晚于现在" in desk.post(edit(article), form_of(article, **early)).content.decode()


@pytest.mark.parametrize("ahead", FAR)
def test_a11_publishing_refuses_a_time_ahead(ahead):
    draft = a_draft(published_at=timezone.now() + ahead)
    with pytest.raises(ValidationError, match="发布时间不能晚于现在"):
        publish(draft)
    assert not Article.objects.filter(live=True).exists()


def test_a11_what_goes_live_before_its_time_is_of_now():
    soon = timezone.now() + timedelta(days=2)
    article = a_draft(published_at=soon, go_live_at=soon)
    revision = article.save_revision()
    revision.content["go_live_at"] = None  # as where the schedule is given up and the version published
    revision.save()
    revision.publish()
    article.refresh_from_db()
    assert article.live
    assert article.published_at <= timezone.now()


@pytest.mark.parametrize("publishing", [True, False])
@pytest.mark.parametrize("when", ["+90", "0226-11-28T08:00:00+08:00", "1700-01-01T08:00:00+08:00"])
def test_a11_an_import_says_that_it_did_not_take_such_a_time(when, publishing):
    a_channel()
    if when.startswith("+"):
        when = (timezone.now() + timedelta(days=int(when))).isoformat()
    line = {"title": "来自明天的报道", "body": "<p>正文。</p>", "published_at": when, "source": "某报"}
    article, extras = read_record(json.dumps(line))
    record = import_items(article, extras=extras, publishing=publishing)
    assert record.status == "imported"
    assert any("时间" in warning for warning in record.warnings)
    stored = Article.objects.get()
    assert stored.published_at is None if not publishing else stored.published_at <= timezone.now()


def test_a11_generated_articles_are_dated_by_the_same_rule():
    generate(20)
    dates = list(Article.objects.filter(live=True).values_list("published_at", flat=True))
    assert len(dates) == 20
    assert not [at for at in dates if fault_of_date(at)]


def archive(count: int, first: datetime) -> list[Article]:
    return [
        an_article(
            f"旧闻第{n}条", text="旧闻一则", published_at=first + timedelta(days=700 * n, microseconds=n)
        )
        for n in range(count)
    ]


def test_a12_lists_of_the_twentieth_century_are_paged_like_others(client):
    articles = archive(65, datetime(1868, 9, 5, 4, 0, 0, 500, UTC))
    address, seen = "/keji/", []
    while address:
        page = client.get(address)
        assert page.status_code == 200
        content = page.content.decode()
        seen += re.findall(r"旧闻第\d+条", content.split('class="rail"')[0])
        older = re.search(r'href="(\?before=[^"]*)"', content)
        address = f"/keji/{older[1]}" if older else ""
    assert set(seen) == {a.title for a in articles}


def test_a12_the_public_api_follows_its_own_next(client):
    articles = archive(9, datetime(1958, 1, 1, tzinfo=UTC))
    address, seen = "/api/v1/articles/?limit=2", []
    while address:
        answer = client.get(address)
        assert answer.status_code == 200
        seen += [line["id"] for line in answer.json()["results"]]
        address = answer.json()["next"]
    assert seen == [a.pk for a in reversed(articles)]


def test_a12_search_by_time_goes_back_before_1970(client, search_index):
    articles = archive(9, datetime(1960, 1, 1, 1, 2, 3, 4, UTC))
    search_index.catch_up()
    address, seen = "/api/v1/search/?q=旧闻&sort=newest&limit=2", []
    while address:
        answer = client.get(address)
        assert answer.status_code == 200, answer.content
        seen += [line["id"] for line in answer.json()["results"]]
        address = answer.json()["next"]
    assert seen == [a.pk for a in reversed(articles)]
    address, seen = "/search/?q=旧闻&sort=newest", ""
    assert "旧闻第8条" in re.sub("<[^>]*>", "", client.get(address).content.decode())


def test_a12_what_no_list_wrote_is_told_so(client, search_index):
    archive(2, datetime(1960, 1, 1, tzinfo=UTC))
    search_index.catch_up()
    for after in ("9" * 19, "-" + "9" * 19, str(2**63 - 1), str(-(2**63) + 1), "--1", "0", "-0"):
        assert client.get(
            "/api/v1/search/", {"q": "旧闻", "sort": "newest", "cursor": after}
        ).status_code in (200, 400)
        assert client.get("/search/", {"q": "旧闻", "sort": "newest", "after": after}).status_code in (
            200,
            404,
        )
    for before in ("9" * 16 + "-1", "-" + "9" * 16 + "-1", "-1-0"):
        assert client.get("/keji/", {"before": before}).status_code == 200
        assert client.get("/api/v1/articles/", {"cursor": before}).status_code == 200


days = st.datetimes(min_value=datetime(1815, 8, 6), max_value=datetime(2199, 12, 31), timezones=st.just(UTC))


@given(days, st.integers(1, 2**30 - 1))
def test_a12_a_position_of_the_search_reads_back(at, key):
    second = int(at.replace(microsecond=0).timestamp())
    position = HitCursor(moment_of(second, key))
    assert HitCursor.parse(str(position), Sort.NEWEST) == position
    assert second_of(position.place) == second


class TestAnyTime(TestCase):
    @settings(max_examples=25)
    @given(
        st.lists(
            days.filter(lambda at: at < datetime(2026, 11, 1, tzinfo=UTC)),
            min_size=3,
            max_size=6,
            unique=True,
        )
    )
    def test_a12_a_walk_through_any_archive_meets_each_article_once(self, moments):
        articles = {an_article(published_at=at).pk: at for at in moments}
        address, seen = "/api/v1/articles/?limit=1", []
        while address:
            answer = self.client.get(address)
            assert answer.status_code == 200
            seen += [line["id"] for line in answer.json()["results"]]
            address = answer.json()["next"]
        assert seen == sorted(articles, key=lambda pk: (articles[pk], pk), reverse=True)
        for article in Article.objects.newest_at(Place.site(), 10):
            answer = self.client.get("/keji/", {"before": str(article.cursor)})
            assert answer.status_code == 200
