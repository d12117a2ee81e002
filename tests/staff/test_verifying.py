"""The code on a press card leads to what is so now, and to nothing where it was made up."""

import re
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import given
from hypothesis import strategies as st

from meiri.journal.models import Entry
from meiri.newsroom.authors import author_named
from meiri.staff.models import CardState, StaffSettings
from meiri.staff.printing import PrintView
from meiri.staff.signing import LONGEST, address_of, card_of, code_of, token_for
from tests.staff.test_lookup import a_card, ask, text

pytestmark = pytest.mark.django_db


def verify(client, token):
    return client.get(f"/staff/verify/{token}/")


def test_a_valid_card_is_said_to_be_valid_at_this_moment(client):
    answer = verify(client, token_for(a_card()))
    page = re.sub(r"<[^>]+>", "", text(answer))
    assert answer.status_code == 200
    assert re.search(r"核验于 \d{4}-\d\d-\d\d \d\d:\d\d:\d\d，有效。", page)
    assert "林晚舟" in page
    assert "以国家新闻出版主管部门的登记为准" in page
    assert "no-store" in answer["Cache-Control"]


def test_the_register_of_the_state_is_what_the_settings_say(client):
    settings = StaffSettings.load()
    settings.register_url = "https://register.example/"
    settings.save()
    for answer in (verify(client, token_for(a_card())), client.get("/staff/"), verify(client, "x")):
        assert 'href="https://register.example/"' in text(answer)


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"state": CardState.SUSPENDED}, "暂停使用"),
        ({"state": CardState.LEFT}, "已离职注销"),
        ({"valid_until": date(2020, 1, 1)}, "已过期"),
    ],
)
def test_a_card_that_is_valid_no_more_says_so_with_the_same_code(client, fields, word):
    card = a_card()
    token = token_for(card)
    for name, value in fields.items():
        setattr(card, name, value)
    card.save()
    page = text(verify(client, token))
    assert f"无效：{word}" in page
    assert "有效。" not in re.sub(r"<[^>]+>", "", page)


def test_a_new_number_ends_the_old_code(client):
    card = a_card()
    old = token_for(card)
    card.number = "B31000020260099"
    card.save()
    answer = verify(client, old)
    assert answer.status_code == 404
    assert "无法核验" in text(answer)
    assert "林晚舟" not in text(answer)
    assert verify(client, token_for(card)).status_code == 200


def test_no_altered_code_is_taken(client):
    card, other = a_card(), a_card("B31000020260002", "陈雨")
    token = token_for(card)
    signature = token.partition(".")[2]
    for forged in (
        token[:-1],
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        f"{other.pk}.{signature}",
        f"{card.pk}.",
        str(card.pk),
        f"0{token}",
        "9" * 30 + f".{signature}",
        "x" * 500,
        "<b>",
    ):
        answer = verify(client, forged)
        assert answer.status_code == 404, forged
        assert "林晚舟" not in text(answer)
        assert "陈雨" not in text(answer)


@given(token=st.text(max_size=LONGEST + 5))
def test_whatever_stands_in_a_code_it_is_refused_quietly(token):
    assert card_of(token) is None


def test_a_signature_of_another_site_is_not_taken(settings):
    token = token_for(a_card())
    assert card_of(token)
    settings.SECRET_KEY = "another"
    assert card_of(token) is None


def test_the_admin_prints_the_code(client, admin_user):
    card = a_card()
    client.force_login(admin_user)
    page = text(client.get(f"/admin/staff/{card.pk}/print/"))
    assert code_of(address_of(card)) in page
    assert address_of(card) in page
    # A drawing of a fixed size would be cut off by its place.
    assert re.search(r'<svg xmlns="[^"]+" viewBox="0 0 (\d+) \1"', page)
    assert len(address_of(card).rpartition("/staff/")[2]) < 70
    assert f"/admin/staff/{card.pk}/print/" in text(client.get("/admin/snippets/staff/presscard/"))


def test_bylines_lead_to_cards_and_back(client, stored_pages, admin_user):
    author = author_named("林晚舟")
    address = author.get_absolute_url()
    assert "核对工作人员身份" not in text(client.get(address))
    client.force_login(admin_user)
    form = {
        "number": "B31001", "name": "林晚舟", "unit": "摄影部", "role": "记者", "station": "", "photograph": "",
        "valid_until": "2030-01-01", "state": "valid", "author": author.pk,
    }  # fmt: skip
    assert client.post("/admin/snippets/staff/presscard/add/", form).status_code == 302
    assert f"author:{author.pk}" in Entry.objects.get(kind="presscard.created").keys
    stored_pages.catch_up()
    assert "核对工作人员身份" in text(client.get(address))
    assert f'href="{address}"' in text(ask(client, "林晚舟"))


def test_a_look_up_costs_the_same_whether_somebody_is_found_or_not(client, django_assert_num_queries):
    from meiri.staff.lookup import find_card

    a_card()
    for words in ("林晚舟", "查无此人", "B31000020260001"):
        with django_assert_num_queries(1):
            find_card(words)


def test_b4_printing_asks_who_may_by_itself_too(rf, django_user_model):
    """Whichever address leads to it, also one that the table of the admin's doors does not know."""
    request = rf.get("/")
    request.user = django_user_model.objects.create_user("reader")
    with pytest.raises(PermissionDenied):
        PrintView.as_view()(request, card_id=a_card().pk)
