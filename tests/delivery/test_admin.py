"""繁体用词 in the admin: each change is told once and read at once."""

import pytest
from django.contrib.auth import get_user_model

from meiri.delivery.models import ProtectedTerm
from meiri.journal.models import Entry
from meiri.web import page_frame
from tests.newsroom_factory import an_article

pytestmark = pytest.mark.django_db
TERMS = "/admin/snippets/delivery/protectedterm/"


@pytest.fixture
def chief():
    return get_user_model().objects.create_superuser("zhubian", "z@example.com", "x")


@pytest.fixture
def desk(client, chief):
    page_frame.forget_frame()
    client.force_login(chief)
    return client


def last_entry() -> Entry:
    return Entry.objects.order_by("-sequence")[0]


def test_a_term_is_added_changed_and_deleted(desk, chief):
    address = an_article("悉尼来信").get_absolute_url()

    def title() -> str:
        return desk.get(f"/zh-hant{address}").content.decode().partition("<h1>")[2].partition("</h1>")[0]

    assert title() == "悉尼來信"
    desk.post(f"{TERMS}add/", {"term": "悉尼", "traditional": "雪梨"})
    term = ProtectedTerm.objects.get()
    assert title() == "雪梨來信"
    assert (last_entry().kind, last_entry().keys, last_entry().actor) == (
        "protectedterm.created",
        ["script"],
        f"user:{chief.pk}",
    )
    desk.post(f"{TERMS}edit/{term.pk}/", {"term": "悉尼来信", "traditional": ""})
    assert title() == "悉尼来信"
    assert last_entry().kind == "protectedterm.changed"
    desk.post(f"{TERMS}delete/{term.pk}/")
    assert title() == "悉尼來信"
    assert (last_entry().kind, last_entry().keys) == ("protectedterm.deleted", ["script"])


@pytest.mark.parametrize("written", ["<b>", 'a"b', "a b", "a\\b", "a&b"])
def test_markup_is_refused_as_a_term(desk, written):
    for fields in ({"term": written, "traditional": ""}, {"term": "悉尼", "traditional": written}):
        answer = desk.post(f"{TERMS}add/", fields)
        assert "用词里不能有" in answer.content.decode()
    assert not ProtectedTerm.objects.exists()


def test_the_list_stands_with_what_concerns_the_whole_site(desk):
    page = desk.get(TERMS).content.decode()
    assert "繁体用词" in page
    assert f'"url": "{TERMS}"' in page
