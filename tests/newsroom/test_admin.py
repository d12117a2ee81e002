"""Editors at work in the admin: finding, writing, publishing, scheduling, withdrawing."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from meiri.journal.models import Entry
from meiri.newsroom.models import Article, Desk
from tests.newsroom_factory import a_channel, a_draft, a_source, a_station, an_article, an_author

pytestmark = pytest.mark.django_db
LIST = "/admin/snippets/newsroom/article/"
COUNTING = re.compile(r"COUNT\(.*newsroom_|newsroom_.*COUNT\(|OFFSET", re.DOTALL)


def an_editor(username="bianji", *, channels=None, deeds=("add", "change", "publish", "lock", "unlock")):
    """Somebody of a group that may do `deeds` to articles, on the desk of `channels` where they are given."""
    group = Group.objects.create(name=f"{username}组")
    for deed in deeds:
        group.permissions.add(Permission.objects.get(codename=f"{deed}_article"))
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    if channels is not None:
        Desk.objects.create(group=group).channels.set(channels)
    user = get_user_model().objects.create_user(username, password="x", first_name=username)
    user.groups.add(group)
    return user


@pytest.fixture
def chief():
    return get_user_model().objects.create_superuser("zhubian", "z@example.com", "x")


@pytest.fixture
def desk(client, chief):
    """The browser of a chief editor."""
    client.force_login(chief)
    return client


def form_of(article: Article | None = None, **fields) -> dict:
    """What the browser sends when an editor saves the form."""
    now = {
        name: getattr(article, name, "") or ""
        for name in ("kicker", "title", "subtitle", "short_title", "summary", "dateline", "aigc_label",
                     "original_title", "original_url")
    }  # fmt: skip
    values = {
        **now,
        "channel": article.channel_id if article else a_channel().pk,
        "kind": "report",
        "origin": "original",
        "comment_policy": "",
        "picture": "",
        "source": article.source_id if article else "",
        "editor": "",
        "tags": "",
        "stations": [],
        "topics": [],
        "published_at": "",
        "go_live_at": "",
        "expire_at": "",
        "body": streamfield([("text", rich_text("<p>正文。</p>"))]),
        "bylines": inline_formset([]),
        **fields,
    }
    return nested_form_data(values)


def edit(article) -> str:
    return f"{LIST}edit/{article.pk}/"


def titles(response) -> list[str]:
    return [a.title for a in response.context["object_list"]]


class TestList:
    def test_it_neither_counts_nor_skips_and_costs_the_same_for_many(self, desk):
        numbers = []
        for _ in range(2):
            for n in range(5 if not numbers else 55):
                an_article(
                    source=a_source(f"来源{n}"), editor=an_author(f"编辑{n}", f"bianji-{len(numbers)}-{n}")
                )
            desk.get(LIST)
            with CaptureQueriesContext(connection) as queries:
                response = desk.get(LIST)
            assert response.status_code == 200
            numbers.append(len(queries))
            for query in queries:
                assert not COUNTING.search(query["sql"]), query["sql"]
        assert numbers[0] == numbers[1]

    def test_pages_lead_to_the_oldest_and_back(self, desk):
        for n in range(85):
            a_draft(f"稿件{n:02}")
        first = desk.get(LIST)
        second = desk.get(first.context["older_url"])
        third = desk.get(second.context["older_url"])
        assert titles(first) + titles(second) + titles(third) == [f"稿件{n:02}" for n in range(84, -1, -1)]
        assert (first.context["newer_url"], third.context["older_url"]) == ("", "")
        assert titles(desk.get(third.context["newer_url"])) == titles(second)
        assert "较早的稿件" in first.content.decode()

    def test_each_filter_narrows(self, desk):
        author, other = an_author(), an_author("方知行", "fang-zhixing")
        station = a_station()
        day = timezone.now() - timedelta(days=3)
        wanted = an_article(
            "江上来信", channel=a_channel("要闻", "yaowen"), stations=[station], authors=[author, other],
            source=a_source("江海日报"), published_at=day,
        )  # fmt: skip
        an_article("别的", authors=[other])
        a_draft("草稿")
        date = f"{timezone.localtime(day):%Y-%m-%d}"
        for found in (
            {"channel": wanted.channel_id},
            {"station": station.pk},
            {"author": "林晚舟"},
            {"source": "江海日报"},
            {"published_at_from": date, "published_at_to": date},
            {"q": "来信"},
            {"q": str(wanted.pk)},
        ):
            assert titles(desk.get(LIST, found)) == ["江上来信"], found
        assert titles(desk.get(LIST, {"author": "方知行"})) == ["别的", "江上来信"]
        assert titles(desk.get(LIST, {"source": "没有这家"})) == []

    def test_states_are_what_editors_mean_by_them(self, desk, chief):
        a_draft("草稿")
        a_draft("有时间而未定时", go_live_at=timezone.now() + timedelta(days=1))
        an_article("已发布")
        changed = an_article("有修改")
        changed.title = "有修改（新）"
        changed.save_revision()
        withdrawn = an_article("撤下")
        withdrawn.unpublish()
        due = a_draft("定时", go_live_at=timezone.now() + timedelta(days=1))
        due.save_revision().publish(user=chief)
        for state, expected in (
            ("draft", {"草稿", "有时间而未定时"}),
            ("scheduled", {"定时"}),
            ("live", {"已发布", "有修改"}),
            ("changed", {"有修改"}),
            ("withdrawn", {"撤下"}),
        ):
            assert set(titles(desk.get(LIST, {"state": state}))) == expected, state
        rows = re.findall(
            r"<td\s*>\s*(草稿|定时|已发布[^<\n]*|已撤稿)\s*</td>", desk.get(LIST).content.decode()
        )
        assert sorted(rows) == sorted(["草稿", "草稿", "定时", "已发布", "已发布，有未发修改", "已撤稿"])

    def test_a_mangled_position_is_the_first_page(self, desk):
        a_draft("草稿")
        for wrong in ("x", "1-", "9" * 40 + "-1", "-"):
            assert titles(desk.get(LIST, {"older": wrong})) == ["草稿"]
