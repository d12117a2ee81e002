from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from wagtail.actions.publish_revision import PublishPermissionError

from meiri.journal.models import Entry
from meiri.journal.verification import verify_chain
from meiri.media.use import users_of
from meiri.newsroom.models import Article, Author
from meiri.newsroom.publishing import publish, withdraw
from meiri.newsroom.river import (
    Cursor,
    DayCount,
    Listing,
    Place,
    PlaceKind,
    days_with_articles,
    keys_beside,
    newest_at_each,
)
from tests.newsroom_factory import a_channel, a_draft, a_station, a_topic, an_article, an_author
from tests.syndication.pictures import a_picture

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)


class TestPublishing:
    def test_a_published_article_is_listed_in_all_its_places(self):
        channel, station, topic, author = a_channel(), a_station(), a_topic(), an_author()
        article = an_article(stations=[station], topics=[topic], authors=[author], tags=["芯片"])
        tag = article.tags.get()
        for place in (
            Place.site(),
            Place.channel(channel),
            Place.station(station),
            Place.topic(topic),
            Place.author(author),
            Place.tag(tag),
            Place(PlaceKind.KIND, article.kind_number),
        ):
            assert Article.objects.newest_at(place, 10) == [article]

    def test_a_draft_is_listed_nowhere_and_the_journal_is_silent(self):
        a_draft()
        assert not Listing.objects.exists()
        assert not Entry.objects.filter(kind__startswith="article.").exists()

    def test_what_a_draft_used_is_in_use_until_another_version_is_published(self):
        seen, drafted, chosen = a_picture("甲"), a_picture("乙"), a_picture("丙")
        article = an_article(picture=seen)
        article.picture = drafted
        article.save_revision()
        assert [len(users_of(picture)) for picture in (seen, drafted, chosen)] == [1, 1, 0]
        article.picture = chosen
        publish(article)
        assert [len(users_of(picture)) for picture in (seen, drafted, chosen)] == [0, 0, 1]

    def test_what_waits_for_its_time_is_in_use_as_what_readers_see_is(self):
        seen, waiting = a_picture("甲"), a_picture("乙")
        article = an_article(picture=seen)
        article.picture, article.go_live_at = waiting, timezone.now() + timedelta(days=1)
        publish(article)
        assert [len(users_of(picture)) for picture in (seen, waiting)] == [1, 1]

    def test_a_publication_costs_a_fixed_number_of_queries(self, django_assert_max_num_queries):
        draft = a_draft(tags=["芯片"], stations=[a_station()])
        with django_assert_max_num_queries(101):
            publish(draft)

    def test_publishing_appends_one_entry_with_every_key_it_touches(self):
        article = an_article(stations=[a_station()], topics=[a_topic()])
        (entry,) = Entry.objects.filter(kind__startswith="article.")
        assert entry.kind == "article.published"
        assert set(entry.keys) >= {
            article.content_key, "river", "channel:keji", "station:zhejiang", "topic:qiushou", "kind:report",
        }  # fmt: skip
        assert entry.payload["url"] == article.get_absolute_url()

    def test_moving_to_another_channel_touches_both(self):
        article = an_article()
        article.channel = a_channel("生态环境", "shengtai")
        publish(article)
        keys = Entry.objects.order_by("-sequence").first().keys
        assert {"channel:keji", "channel:shengtai"} <= set(keys)
        assert Article.objects.newest_at(Place.channel(a_channel()), 5) == []

    def test_publishing_again_keeps_the_time_of_the_first(self):
        article = an_article(published_at=None)
        first = article.published_at
        assert first is not None
        article.title = "改过的标题"
        publish(article)
        article.refresh_from_db()
        assert (article.title, article.published_at) == ("改过的标题", first)

    def test_publishing_an_older_draft_keeps_the_time_too(self):
        draft = a_draft()
        revision = draft.save_revision()
        revision.publish()
        draft.refresh_from_db()
        first = draft.published_at
        revision.publish()
        draft.refresh_from_db()
        assert draft.published_at == first

    def test_a_scheduled_article_appears_at_its_time(self):
        article = a_draft(go_live_at=timezone.now() + timedelta(hours=1))
        article.save_revision().publish()
        assert not Listing.objects.exists()
        revision = article.revisions.get()
        revision.content["go_live_at"] = (timezone.now() - timedelta(seconds=1)).isoformat()
        revision.approved_go_live_at = timezone.now() - timedelta(seconds=1)
        revision.save()
        call_command("publish_scheduled")
        article.refresh_from_db()
        assert article.live
        assert Article.objects.newest_at(Place.site(), 5) == [article]

    def test_an_article_without_a_title_is_refused_and_nothing_is_left(self):
        with pytest.raises(ValidationError):
            publish(Article(title="", channel=a_channel()))
        assert not Article.objects.exists()
        assert not Entry.objects.filter(kind__startswith="article.").exists()

    def test_who_may_not_publish_gets_an_error_and_changes_nothing(self, django_user_model):
        reporter = django_user_model.objects.create_user("reporter")
        with pytest.raises(PublishPermissionError):
            publish(a_draft(), by=reporter)
        assert not Listing.objects.exists()
        assert not Entry.objects.filter(kind__startswith="article.").exists()


class TestWithdrawing:
    def test_a_withdrawn_article_leaves_every_list(self):
        article = an_article(stations=[a_station()], topics=[a_topic()], tags=["芯片"])
        withdraw(article, "事实有误，正在核实")
        assert not Listing.objects.exists()
        article.refresh_from_db()
        assert (article.live, article.withdrawal_reason) == (False, "事实有误，正在核实")

    def test_the_journal_knows_the_reason_and_all_places(self):
        article = an_article(stations=[a_station()])
        withdraw(article, "重复发布")
        entry = Entry.objects.order_by("-sequence").first()
        assert (entry.kind, entry.payload["reason"]) == ("article.withdrawn", "重复发布")
        assert {"channel:keji", "station:zhejiang", "river", article.content_key} <= set(entry.keys)

    def test_an_article_published_again_is_no_longer_withdrawn(self):
        article = an_article()
        withdraw(article, "核实")
        article.refresh_from_db()
        publish(article)
        article.refresh_from_db()
        assert (article.live, article.withdrawal_reason) == (True, "")


class TestRiver:
    def test_lists_are_newest_first_and_turn_by_cursor(self):
        articles = [an_article(published_at=NOON - timedelta(minutes=i // 2)) for i in range(7)]
        whole = sorted(articles, key=lambda a: (a.published_at, a.pk), reverse=True)
        first = Article.objects.newest_at(Place.site(), 4)
        rest = Article.objects.newest_at(Place.site(), 4, before=first[-1].cursor)
        assert first + rest == whole

    def test_neighbours_are_the_ones_beside_it_in_its_channel(self):
        old, middle, new = (an_article(published_at=NOON + timedelta(hours=h)) for h in range(3))
        an_article(channel=a_channel("生态环境", "shengtai"), published_at=NOON + timedelta(minutes=90))
        place = Place.channel(a_channel())
        assert keys_beside(place, middle.cursor) == (old.pk, new.pk)
        assert keys_beside(place, old.cursor) == (None, middle.pk)

    def test_a_day_is_beijings(self):
        late = an_article(published_at=datetime(2026, 11, 21, 15, 59, 59, tzinfo=UTC))
        early = an_article(published_at=datetime(2026, 11, 21, 16, 0, 0, tzinfo=UTC))
        day = timezone.localdate(late.published_at)
        assert Article.objects.on_day(Place.site(), day, 10) == [late]
        assert Article.objects.on_day(Place.site(), day + timedelta(days=1), 10) == [early]

    def test_a_list_costs_four_queries_and_two_while_its_articles_are_at_hand(
        self, django_assert_num_queries
    ):
        for _ in range(5):
            an_article()
        place = Place.channel(a_channel())
        # The list, the journal's end, what it came to since, the articles.
        for queries in (4, 2):
            with django_assert_num_queries(queries):
                cards = Article.objects.newest_at(place, 20)
                assert [(a.channel.name, a.source.name, a.get_absolute_url()) for a in cards]

    def test_an_article_at_hand_is_read_again_when_it_changed(self):
        article = an_article("原题")
        place = Place.channel(a_channel())
        assert [card.title for card in Article.objects.newest_at(place, 5)] == ["原题"]
        article.title = "改题"
        publish(article)
        assert [card.title for card in Article.objects.newest_at(place, 5)] == ["改题"]
        withdraw(article, "来源失实")
        assert Article.objects.in_order([article.pk]) == []

    def test_many_lists_cost_one_query(self, django_assert_num_queries):
        a, b = an_article(), an_article(channel=a_channel("生态环境", "shengtai"))
        first, second = Place.channel(a.channel), Place.channel(b.channel)
        with django_assert_num_queries(1):
            assert newest_at_each({first: 3, second: 3}) == {first: [a.pk], second: [b.pk]}

    @pytest.mark.parametrize(
        "text", ["", "x", "1-", "-1", "1-2-3", "１-２", "9" * 30 + "-1", "1e5-2", "--1-2", "-1-", "- 1-2"]
    )
    def test_what_is_no_cursor_is_none(self, text):
        assert Cursor.parse(text) is None


@given(
    st.datetimes(min_value=datetime(1815, 1, 1), max_value=datetime(2199, 12, 31), timezones=st.just(UTC)),
    st.integers(1, 2**50),
)
def test_a12_a_cursor_reads_back(at, key):
    assert Cursor.parse(str(Cursor(at, key))) == Cursor(at, key)


DEEDS = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from(["publish", "move", "withdraw", "redate"])), max_size=12
)


class Counts(TestCase):
    @settings(max_examples=15)
    @given(DEEDS)
    def test_calendars_and_lists_are_exact_after_any_deeds(self, deeds):
        here, there = a_channel(), a_channel("生态环境", "shengtai")
        articles = [a_draft(published_at=NOON - timedelta(days=n)) for n in range(4)]
        for n, deed in deeds:
            article = Article.objects.get(pk=articles[n].pk)
            if deed == "withdraw":
                withdraw(article, "核实")
                continue
            if deed == "move":
                article.channel = there if article.channel == here else here
            if deed == "redate":
                article.published_at -= timedelta(days=1)
            publish(article)
        live = list(Article.objects.filter(live=True))
        for channel in (here, there):
            mine = [a for a in live if a.channel_id == channel.pk]
            days = {}
            for a in mine:
                day = timezone.localdate(a.published_at)
                days[day] = days.get(day, 0) + 1
            span = (timezone.localdate(NOON) - timedelta(days=30), timezone.localdate(NOON))
            assert days_with_articles(Place.channel(channel), *span) == days
            listed = Listing.objects.at(Place.channel(channel)).values_list("article_id", flat=True)
            assert set(listed) == {a.pk for a in mine}
        assert not DayCount.objects.filter(articles__gt=10).exists()
        assert verify_chain().broken is None
        assert Author.objects.count() == 0
