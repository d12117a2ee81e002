"""上首页: from an article to a place on home, for those who lay home out."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from meiri.fronts.initial_pages import create_pages
from meiri.fronts.models import HomePage
from meiri.journal.models import Entry
from meiri.newsroom.initial_newsroom import create_newsroom
from meiri.newsroom.roles import CHIEFS, EDITORS
from tests.newsroom.test_policy import member_of
from tests.newsroom_factory import a_channel, a_draft, an_article

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def initial_data(shared_database):
    create_newsroom()
    channel = a_channel()
    create_pages()
    home = HomePage.objects.get()
    home.body = [
        ("top", {"lead": None, "channel": channel, "flashes": None}),
        ("carousel", {"title": "焦点图片", "pinned": [], "count": 5}),
        ("channel", {"channel": channel, "shape": "lead", "pinned": []}),
        ("channel", {"channel": a_channel("要闻", "yaowen"), "shape": "lead", "pinned": []}),
    ]
    home.save_revision().publish()


@pytest.fixture
def chief(initial_data) -> Client:
    client = Client()
    client.force_login(member_of(CHIEFS))
    return client


def slots_on(client, article) -> dict[str, str]:
    """The keys of the places that the page offers, by their names."""
    return {slot.label: slot.key for slot in client.get(address_of(article)).context["slots"]}


def address_of(article) -> str:
    return reverse("home_slots", args=[article.pk])


def chosen_on_home(kind: str) -> list[int]:
    block = next(block for block in HomePage.objects.get().body.raw_data if block["type"] == kind)
    if kind == "top":
        return [block["value"]["lead"]]
    return [item["value"] for item in block["value"]["pinned"]]


def test_one_press_puts_it_on_home_with_one_entry(chief):
    older, article = an_article("旧头条"), an_article("新头条")
    assert list(slots_on(chief, article)) == ["头条", "焦点图片", "科技前沿频道首位"]
    for put in (older, article):
        chief.post(address_of(put), {"slot": slots_on(chief, put)["头条"]})
    assert chosen_on_home("top") == [article.pk]
    before = Entry.objects.order_by("-sequence").first().sequence
    for put in (older, article):
        chief.post(address_of(put), {"slot": slots_on(chief, put)["焦点图片"]})
    assert chosen_on_home("carousel") == [article.pk, older.pk]
    entries = Entry.objects.filter(sequence__gt=before).order_by("sequence")
    assert [entry.kind for entry in entries] == ["front.published"] * 2
    assert "新头条" in Client().get("/").content.decode()


def test_the_place_is_filled_by_itself_again(chief):
    article = an_article("头条稿")
    slot = slots_on(chief, article)["头条"]
    chief.post(address_of(article), {"slot": slot})
    assert "从头条撤下" in chief.get(address_of(article)).content.decode()
    chief.post(address_of(article), {"off": slot})
    assert chosen_on_home("top") == [None]


def test_what_others_lay_out_stays_a_draft(chief):
    home, article = HomePage.objects.get(), an_article("头条稿")
    draft = home.get_latest_revision_as_object()
    draft.title = "还没有发布的改动"
    draft.save_revision()
    chief.post(address_of(article), {"slot": slots_on(chief, article)["头条"]})
    home.refresh_from_db()
    assert (home.title == "还没有发布的改动", home.has_unpublished_changes) == (False, True)
    newest = home.get_latest_revision_as_object()
    assert newest.title == "还没有发布的改动"
    assert newest.body.raw_data[0]["value"]["lead"] == article.pk


def test_what_readers_do_not_see_and_what_is_gone_is_refused_in_words(chief):
    article, draft = an_article(), a_draft()
    for thing, slot, said in (
        (draft, slots_on(chief, article)["头条"], "还没有发布"),
        (article, "gone", "没有这个位置"),
        (article, "", "没有这个位置"),
    ):
        answer = chief.post(address_of(thing), {"slot": slot}, follow=True)
        assert said in answer.content.decode()
    assert chosen_on_home("top") == [None]


def test_a_row_of_pictures_may_have_any_sign_in_its_title(chief):
    home = HomePage.objects.get()
    home.body[1].value["title"] = "{2026} 图说 {"
    home.save_revision().publish()
    assert "{2026} 图说 {" in slots_on(chief, an_article())


def test_where_the_site_has_no_home_that_is_said(chief):
    article = an_article()
    slot = slots_on(chief, article)["头条"]
    HomePage.objects.get().delete()
    answer = chief.post(address_of(article), {"slot": slot}, follow=True)
    assert "站点还没有首页" in answer.content.decode()
    assert answer.context["slots"] == []


def test_a_home_that_is_locked_or_goes_out_at_a_set_time_is_not_changed(chief):
    home, article = HomePage.objects.get(), an_article()
    slot = slots_on(chief, article)["头条"]
    HomePage.objects.update(locked=True)
    assert "首页现在锁定" in chief.post(address_of(article), {"slot": slot}, follow=True).content.decode()
    HomePage.objects.update(locked=False)
    home.go_live_at = timezone.now() + timedelta(days=1)
    home.save_revision().publish()
    assert "已定时发布" in chief.post(address_of(article), {"slot": slot}, follow=True).content.decode()
    assert chosen_on_home("top") == [None]
    assert HomePage.objects.get().approved_schedule


def test_only_those_who_lay_home_out_are_led_there(chief, initial_data):
    article = an_article()
    slot, editor = slots_on(chief, article)["头条"], Client()
    editor.force_login(member_of(EDITORS))
    edit = reverse("wagtailsnippets_newsroom_article:edit", args=[article.pk])
    for client, leads in ((chief, True), (editor, False)):
        assert (address_of(article) in client.get(edit).content.decode()) == leads
        listed = client.get(reverse("wagtailsnippets_newsroom_article:list")).content.decode()
        assert (address_of(article) in listed) == leads
    assert editor.post(address_of(article), {"slot": slot}).status_code in (302, 403, 404)
    assert chosen_on_home("top") == [None]


def test_the_page_asks_the_same_of_the_database_however_much_is_chosen(chief, django_assert_max_num_queries):
    article = an_article()
    for number in range(12):
        put = an_article(f"第{number}条")
        chief.post(address_of(put), {"slot": slots_on(chief, put)["焦点图片"]})
    with django_assert_max_num_queries(30):
        chief.get(address_of(article))
