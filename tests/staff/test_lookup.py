"""Anybody can check a person who claims to come from this organisation; nobody gets the list."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from meiri.journal.models import Entry
from meiri.staff.lookup import MOST
from meiri.staff.models import CardState, PressCard
from tests.newsroom_factory import a_station

pytestmark = pytest.mark.django_db


def a_card(number="B31000020260001", name="林晚舟", **fields):
    return PressCard.objects.create(
        **{
            "number": number,
            "name": name,
            "unit": "要闻部",
            "role": "记者",
            "valid_until": timezone.localdate() + timedelta(days=365),
            **fields,
        }
    )


def ask(client, words):
    return client.get("/staff/", {"q": words})


def text(response):
    return response.content.decode()


@pytest.mark.parametrize("words", ["B31000020260001", "b3100 0020260001", "林晚舟", " 林 晚 舟 "])
def test_the_number_or_the_whole_name_finds_the_card(client, words):
    a_card(station=a_station())
    page = text(ask(client, words))
    assert "要闻部（浙江站）" in page
    assert "该证件有效" in page
    assert "查询时间" in page
    assert "以国家新闻出版主管部门的登记为准" in page


@pytest.mark.parametrize("words", ["林晚", "B310", "%", "林%", "__", "林晚舟舟"])
def test_part_of_a_name_or_number_finds_nobody(client, words):
    a_card()
    page = text(ask(client, words))
    assert "要闻部" not in page


def test_the_page_alone_names_nobody(client):
    a_card()
    page = text(client.get("/staff/"))
    assert "林晚舟" not in page
    assert "查询时间" not in page


@pytest.mark.parametrize(
    ("fields", "word", "meaning"),
    [
        ({"state": CardState.SUSPENDED}, "暂停使用", "不能以本网名义"),
        ({"state": CardState.LEFT}, "已离职注销", "不能再以本网名义"),
        ({"valid_until": date(2020, 1, 1)}, "已过期", "不能作为身份凭证"),
    ],
)
def test_the_state_is_said_in_words(client, fields, word, meaning):
    a_card(**fields)
    page = text(ask(client, "林晚舟"))
    assert word in page
    assert meaning in page
    assert "该证件有效" not in page


def test_who_is_not_found_is_no_proof_of_anything(client):
    page = text(ask(client, "<b>无名</b>"))
    assert "没有查到“&lt;b&gt;无名" in page


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("", "请填写证件编号或姓名"),
        ("林", "请填写完整"),
        ("长" * 10_000, "不超过 40 个字"),
        ("\x00", "请填写"),
    ],
)
def test_what_is_wrong_is_said(client, words, message):
    answer = ask(client, words)
    assert answer.status_code == 422
    assert message in text(answer)


def test_nobody_can_go_through_all_names(client):
    a_card()
    for _ in range(MOST):
        assert ask(client, "林晚舟").status_code == 200
    answer = ask(client, "林晚舟")
    assert answer.status_code == 429
    assert "要闻部" not in text(answer)


def test_namesakes_are_all_shown_at_the_cost_of_one_query(client, django_assert_num_queries):
    from meiri.staff.lookup import find_card

    for n in range(3):
        a_card(f"B3100002026000{n}", station=a_station())
    with django_assert_num_queries(1):
        assert [c.station.name for c in find_card("林晚舟")] == ["浙江"] * 3


def test_answers_about_people_are_never_stored(client):
    assert "no-store" in ask(client, "林晚舟")["Cache-Control"]


def test_a_number_has_one_card():
    a_card()
    with pytest.raises(IntegrityError):
        a_card(name="别人")


def test_changes_of_cards_are_in_the_journal(client, admin_user):
    client.force_login(admin_user)
    form = {
        "number": "b3100 1", "name": "陈 雨", "unit": "摄影部", "role": "记者", "station": "", "photograph": "",
        "valid_until": "2030-01-01", "state": "valid",
    }  # fmt: skip
    assert client.post("/admin/snippets/staff/presscard/add/", form).status_code == 302
    card = PressCard.objects.get()
    assert (card.number, card.name) == ("B31001", "陈雨")
    address = f"/admin/snippets/staff/presscard/edit/{card.pk}/"
    assert client.post(address, {**form, "state": "left"}).status_code == 302
    kinds = list(Entry.objects.filter(kind__startswith="presscard").values_list("kind", "actor"))
    assert kinds == [(f"presscard.{deed}", f"user:{admin_user.pk}") for deed in ("created", "changed")]
    assert "陈雨" in client.get("/admin/snippets/staff/presscard/").content.decode()
    assert "陈雨" in client.get("/admin/snippets/staff/presscard/?q=陈雨").content.decode()
