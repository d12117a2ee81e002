"""总编台: what waits, what goes out next, and what was published, as far as somebody publishes."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from meiri.dashboard.charts import draw_bars
from meiri.dashboard.output import output_by_author, output_by_day, output_by_hour
from meiri.newsroom.initial_newsroom import create_newsroom
from meiri.policy.reach import EVERYWHERE
from tests.caches import clear_caches
from tests.newsroom.test_admin import an_editor
from tests.newsroom_factory import a_channel, a_draft, a_station, an_article, an_author

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/dashboard/"


def rows_of(text: str, heading: str) -> dict[str, tuple[int, int]]:
    """The rows of a table of output: a name with what was published today and within the week."""
    table = text.partition(f">{heading}</h2>")[2].partition("</section>")[0]
    found = re.findall(
        r'<a href="[^"]*">([^<]+)</a></td>\s*<td class="number">(\d+)</td>\s*<td class="number">(\d+)', table
    )
    return {name: (int(today), int(week)) for name, today, week in found}


def in_review(title: str, by, hours: float, **fields):
    """A draft that has waited for its first review for so many hours."""
    article = a_draft(title, **fields)
    article.save_revision(user=by)
    state = create_newsroom().start(article, by)
    type(state.current_task_state).objects.filter(pk=state.current_task_state.pk).update(
        started_at=timezone.now() - timedelta(hours=hours)
    )
    return article


class TestOutput:
    def test_it_is_counted_by_place_and_author_for_today_and_the_week(self, admin_client):
        tech, news, zhejiang = a_channel(), a_channel("要闻", "yaowen"), a_station()
        author, other = an_author(), an_author("周砚", "zhou-yan")
        now = timezone.now()
        an_article(channel=tech, stations=[zhejiang], authors=[author], published_at=now)
        an_article(channel=tech, authors=[author, other], published_at=now - timedelta(days=3))
        an_article(channel=tech, authors=[author], published_at=now - timedelta(days=9))
        text = admin_client.get(ADDRESS).content.decode()
        assert rows_of(text, "各频道发稿") == {tech.name: (1, 2), news.name: (0, 0)}
        assert rows_of(text, "各地方站发稿") == {zhejiang.name: (1, 1)}
        assert rows_of(text, "署名最多的作者") == {author.name: (1, 2), other.name: (0, 1)}

    def test_hours_and_days_add_up_to_what_was_published(self):
        now = timezone.now()
        today = timezone.localdate(now)
        for hours in (0, 0, 26, 50):
            an_article(published_at=now - timedelta(hours=hours))
        assert sum(output_by_hour(today)) == 2
        assert output_by_hour(today)[timezone.localtime(now).hour] == 2
        days = dict(output_by_day(today))
        assert len(days) == 14
        assert sum(days.values()) == 4
        assert days[today] == 2

    def test_an_article_that_was_withdrawn_is_no_output(self):
        author = an_author()
        article = an_article(authors=[author])
        article.unpublish()
        assert output_by_author(timezone.now(), EVERYWHERE) == []
        assert sum(output_by_hour(timezone.localdate())) == 0


class TestWhatWaits:
    def test_the_steps_with_how_much_waits_and_the_longest_first(self, admin_client, admin_user):
        in_review("等了一小时的稿件", admin_user, 1)
        in_review("等了五小时的稿件", admin_user, 5)
        context = admin_client.get(ADDRESS).context
        assert [(at.step, at.number) for at in context["waiting"].steps] == [("初审", 2)]
        assert [str(one.article) for one in context["waiting"].longest] == [
            "等了五小时的稿件",
            "等了一小时的稿件",
        ]

    def test_a_desk_sees_what_waits_and_was_published_at_its_places_alone(self, client, admin_user):
        tech, news = a_channel(), a_channel("要闻", "yaowen")
        in_review("别的频道的稿件", admin_user, 1, channel=news)
        in_review("本频道的稿件", admin_user, 1, channel=tech)
        an_article(channel=news, authors=[an_author()])
        client.force_login(an_editor(channels=[tech]))
        text = client.get(ADDRESS).content.decode()
        assert "本频道的稿件" in text
        assert "别的频道的稿件" not in text
        assert set(rows_of(text, "各频道发稿")) == {tech.name}
        assert rows_of(text, "署名最多的作者") == {}

    def test_what_was_due_and_is_not_published_is_late(self, admin_client):
        article = a_draft("早该发布的稿件")
        article.go_live_at = timezone.now() + timedelta(hours=1)
        revision = article.save_revision()
        revision.publish()
        type(revision).objects.filter(pk=revision.pk).update(
            approved_go_live_at=timezone.now() - timedelta(minutes=9)
        )
        text = admin_client.get(ADDRESS).content.decode()
        assert "早该发布的稿件" in text
        assert "已过时未发" in text


class TestDoor:
    def test_who_only_writes_does_not_enter(self, client):
        client.force_login(an_editor(deeds=("add", "change")))
        assert client.get(ADDRESS).status_code in (302, 403)
        assert "总编台" not in client.get("/admin/").content.decode()

    def test_it_costs_the_same_for_few_and_for_many(self, admin_client, admin_user):
        numbers = []
        for count in (2, 12):
            for n in range(count):
                in_review(f"待审 {count} {n}", admin_user, n)
                an_article(authors=[an_author(f"作者{count}{n}", f"zuozhe-{count}-{n}")])
            admin_client.get(ADDRESS)  # for what is kept for good
            clear_caches()
            with CaptureQueriesContext(connection) as asked:
                admin_client.get(ADDRESS)
            numbers.append(len(asked))
        assert numbers[0] == numbers[1]
        assert numbers[0] <= 40


class TestBars:
    def test_the_largest_is_as_high_as_the_drawing_and_nothing_is_nothing(self):
        chart = draw_bars([("一", 0), ("二", 5), ("三", 10)])
        assert [bar.height for bar in chart.bars] == [0, 50, 100]
        assert [bar.y + bar.height for bar in chart.bars] == [100, 100, 100]

    def test_of_nothing_there_is_a_drawing_without_bars(self):
        assert draw_bars([]).bars == ()
        assert [bar.height for bar in draw_bars([("一", 0)]).bars] == [0]
