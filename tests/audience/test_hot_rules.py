"""What editors say of the hot list: made in the admin, told in the journal, seen by readers and by editors."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.utils import timezone

from meiri.audience.hot import WINDOWS, make_hot_list
from meiri.audience.models import HotRule
from meiri.audience.view_counts import add_views
from meiri.journal.models import Entry
from meiri.newsroom.initial_newsroom import create_newsroom
from meiri.newsroom.publishing import withdraw
from meiri.newsroom.roles import CHIEFS, EDITORS, REPORTERS
from tests.newsroom_factory import an_article

pytestmark = pytest.mark.django_db
RULES = "/admin/snippets/audience/hotrule/"


@pytest.fixture
def articles():
    """Five articles, the first read most."""
    found = [an_article(f"第{n}篇") for n in range(5)]
    for n, article in enumerate(found):
        add_views(article.pk, 100 - n)
    return found


@pytest.fixture
def desk(client):
    create_newsroom()
    editor = get_user_model().objects.create_user("bianji")
    editor.groups.add(Group.objects.get(name=CHIEFS))
    client.force_login(editor)
    client.editor = editor
    return client


def later(hours=5):
    return timezone.now() + timedelta(hours=hours)


def pin(article, place, **fields):
    return HotRule.objects.create(
        article=article, place=place, **{"until": later(), "reason": "重大报道", **fields}
    )


def titles(window="day"):
    return [e.article.title for e in make_hot_list(WINDOWS[window])]


def form(article, **fields):
    until = timezone.localtime(later())
    return {
        "article": article.pk,
        "deed": "pin",
        "place": "2",
        "until": f"{until:%Y-%m-%d %H:%M}",
        "reason": "两会报道",
        **fields,
    }


def test_a_pinned_article_stands_at_its_place_and_says_so(articles):
    pin(articles[4], 2)
    entries = make_hot_list()
    assert [e.article.title for e in entries] == ["第0篇", "第4篇", "第1篇", "第2篇", "第3篇"]
    assert (entries[1].why, entries[1].pinned, entries[1].rose) == ("编辑推荐", True, False)


def test_a_pinned_article_that_nobody_read_stands_there_too(articles):
    pin(an_article("新发"), 1)
    assert titles()[0] == "新发"


def test_a_place_beyond_the_list_is_its_end(articles):
    pin(articles[0], 10)
    assert titles()[-1] == "第0篇"


def test_pins_stand_in_the_list_of_the_day_alone(articles):
    pin(articles[4], 1)
    assert titles("hour")[0] == titles("week")[0] == "第0篇"


def test_an_article_kept_off_stands_in_no_list(articles):
    HotRule.objects.create(article=articles[0], deed="off", reason="旧稿重推")
    newest = an_article("刚发")
    HotRule.objects.create(article=newest, deed="off", reason="测试")
    for window in WINDOWS:
        assert "第0篇" not in titles(window)
        assert "刚发" not in titles(window)


def test_what_has_ended_is_in_force_no_more(articles):
    pin(articles[4], 1, until=timezone.now() - timedelta(seconds=1))
    assert titles()[0] == "第0篇"


def test_a_withdrawn_article_leaves_its_place(articles):
    pin(articles[4], 1)
    withdraw(articles[4], "来源失实")
    assert titles()[0] == "第0篇"


def test_an_editor_pins_an_article_and_the_journal_tells_it(desk, articles):
    answer = desk.post(RULES + "add/", form(articles[4]))
    assert answer.status_code == 302, answer.context["form"].errors
    entry = Entry.objects.order_by("-sequence").first()
    assert (entry.kind, entry.keys, entry.actor) == ("hotrule.created", ["hot"], f"user:{desk.editor.pk}")
    assert "《第4篇》第 2 位" in entry.payload["name"]
    assert "两会报道" in entry.payload["name"]
    line = desk.get("/api/v1/hot/").json()["results"][1]
    assert (line["title"], line["why"], line["pinned"]) == ("第4篇", "编辑推荐", True)


def test_changing_and_deleting_are_told_too(desk, articles):
    rule = pin(articles[4], 2)
    desk.post(f"{RULES}edit/{rule.pk}/", form(articles[4], place="3"))
    desk.post(f"{RULES}delete/{rule.pk}/")
    kinds = Entry.objects.order_by("sequence").values_list("kind", flat=True)
    assert [k for k in kinds if k.startswith("hotrule")] == [
        "hotrule.created",
        "hotrule.changed",
        "hotrule.deleted",
    ]
    assert not HotRule.objects.exists()


def test_editors_see_who_is_pinned_and_why(desk, articles):
    pin(articles[4], 2)
    page = desk.get("/admin/").content.decode()
    assert "编辑推荐（重大报道）" in page
    assert "第4篇" in desk.get(RULES).content.decode()


def test_b6_reporters_and_editors_can_not(client, articles):
    create_newsroom()
    reporter = get_user_model().objects.create_user("jizhe")
    reporter.groups.add(*Group.objects.filter(name__in=[REPORTERS, EDITORS]))
    client.force_login(reporter)
    client.post(RULES + "add/", form(articles[4]))
    assert not HotRule.objects.exists()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"place": ""}, "请填写名次"),
        ({"place": "11"}, "10"),
        ({"until": ""}, "请填写截止时间"),
        ({"until": "2020-01-01 08:00"}, "截止时间已过"),
        ({"reason": ""}, "必填"),
    ],
)
def test_what_is_missing_is_told_in_words(desk, articles, fields, sentence):
    page = desk.post(RULES + "add/", form(articles[4], **fields)).content.decode()
    assert sentence in page
    assert not HotRule.objects.exists()


def test_two_articles_can_not_stand_at_one_place(desk, articles):
    pin(articles[3], 2)
    page = desk.post(RULES + "add/", form(articles[4])).content.decode()
    assert "第 2 位已有《第3篇》" in page
    page = desk.post(RULES + "add/", form(articles[3], place="5")).content.decode()
    assert "这篇稿件已有热点安排" in page
    assert HotRule.objects.count() == 1


def test_keeping_off_needs_no_place_and_no_end(desk, articles):
    desk.post(RULES + "add/", form(articles[0], deed="off", until=""))
    assert (HotRule.objects.get().place, HotRule.objects.get().until) == (None, None)
