"""A page directly below the home page can be reached, or its address is refused: channels have addresses of the same kind."""

import re
from urllib.parse import unquote

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.urls import URLPattern, URLResolver, get_resolver
from wagtail.models import Page
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from meiri.delivery.public_addresses import LAID_OUT_ADDRESSES, RESERVED_ADDRESSES
from meiri.fronts.initial_pages import a_child, create_pages
from meiri.fronts.models import HomePage, StandardPage
from meiri.sections.models import Channel
from meiri.web import page_frame
from tests.newsroom_factory import a_channel, an_article

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def initial_data(shared_database):
    a_channel()
    create_pages()


@pytest.fixture
def home(initial_data):
    page_frame.forget_frame()
    return HomePage.objects.get()


@pytest.fixture
def desk(client, home):
    client.force_login(get_user_model().objects.create_superuser("zhubian", "z@example.com", "x"))
    return client


def form(slug: str, title="招聘", deed="action-publish", **fields) -> dict:
    return nested_form_data(
        {
            "title": title,
            "slug": slug,
            "body": rich_text("<p>本网招聘记者若干名。</p>"),
            "departments": streamfield([]),
            "comments": inline_formset([]),
            deed: "1",
            **fields,
        }
    )


def create(desk, home, slug: str, **fields):
    return desk.post(f"/admin/pages/add/fronts/standardpage/{home.pk}/", form(slug, **fields))


@pytest.mark.parametrize("slug", ["zhaopin", "2026", "招聘", "Zhaopin", "zhao-pin-2"])
def test_a25_a_page_below_home_is_there_for_readers(desk, home, stored_pages, slug):
    assert create(desk, home, slug).status_code == 302
    desk.logout()
    for edition, word in (("", "招聘记者"), ("/zh-hant", "招聘記者")):
        for _ in range(2):
            page = desk.get(f"{edition}/{slug}/")
            assert page.status_code == 200
            assert word in page.content.decode()
    assert f"/{slug}/" in unquote(desk.get("/sitemaps/sections.xml").content.decode())
    assert stored_pages.store.files.holds(f"/{slug}/")


def test_a25_every_page_that_the_sitemap_names_can_be_read(desk, home):
    page = a_child(home, StandardPage, "zhaopin", "招聘")
    below = a_child(page, StandardPage, "2026", "2026 年")
    a_child(below, StandardPage, "11", "十一月")
    an_article()
    named = re.findall(
        r"<loc>https?://[^/]*([^<]*)</loc>", desk.get("/sitemaps/sections.xml").content.decode()
    )
    assert {"/zhaopin/", "/zhaopin/2026/", "/zhaopin/2026/11/"} <= set(named)
    for address in named:
        assert desk.get(address).status_code == 200, address


def test_a25_such_a_page_is_stored_and_made_again(desk, home, stored_pages):
    page = a_child(home, StandardPage, "zhaopin", "招聘")
    desk.get("/zhaopin/")
    page.title = "诚聘英才"
    page.save_revision().publish()
    stored_pages.catch_up()
    assert "诚聘英才" in desk.get("/zhaopin/").content.decode()


@pytest.mark.parametrize("edition", ["", "/zh-hant"])
def test_a25_where_there_is_neither_readers_get_the_stored_page_that_says_so(
    desk, home, stored_pages, edition
):
    desk.logout()
    desk.get(f"{edition}/wp-login.php")
    stored = stored_pages.store.files.read(f"{edition}/404.html")
    for address in ("/meiyou/", "/meiyou/2026/", "/meiyou/2026/11/", "/meiyou/2026/11/28/"):
        answer = desk.get(f"{edition}{address}")
        assert (answer.status_code, answer.content) == (404, stored.content)
        assert not stored_pages.store.files.holds(f"{edition}{address}")


def test_a25_an_address_of_something_else_is_refused(desk, home):
    for slug in ("keji", *sorted(RESERVED_ADDRESSES - LAID_OUT_ADDRESSES)):
        answer = create(desk, home, slug)
        assert answer.status_code == 200
        assert "的地址，请换一个。" in answer.content.decode(), slug
        assert not Page.objects.filter(slug=slug).exists()


def test_a25_neither_a_change_nor_a_copy_nor_a_move_gets_around_it(desk, home):
    page = a_child(home, StandardPage, "zhaopin", "招聘")
    answer = desk.post(f"/admin/pages/{page.pk}/edit/", form("keji"))
    assert "是频道“科技前沿”的地址" in answer.content.decode()
    copied = {"new_title": "副本", "new_slug": "keji", "new_parent_page": home.pk}
    answer = desk.post(f"/admin/pages/{page.pk}/copy/", copied)
    assert "是频道“科技前沿”的地址" in answer.content.decode()
    about = StandardPage.objects.get(slug="about")
    below = a_child(about, StandardPage, "keji", "科技频道简介")  # no channel's address there
    answer = desk.post(f"/admin/pages/{below.pk}/move/{home.pk}/confirm/", follow=True)
    assert "是频道“科技前沿”的地址" in answer.content.decode()
    assert [p.get_parent().slug for p in Page.objects.filter(slug="keji")] == ["about"]


def test_a25_a_draft_whose_address_a_channel_got_meanwhile_is_not_published(desk, home):
    page = a_child(home, StandardPage, "zhaopin", "招聘")
    Channel.objects.create(name="招聘频道", slug="zhaopin")
    with pytest.raises(ValidationError, match="招聘频道"):
        page.save_revision()


@pytest.mark.parametrize("live", [True, False])
def test_a25_a_channel_does_not_get_the_address_of_a_page(desk, home, live):
    page = a_child(home, StandardPage, "zhaopin", "招聘")
    if not live:
        page.unpublish()
    fields = {"name": "招聘频道", "slug": "zhaopin", "order": 1, "visible": "on", "comment_policy": "review"}
    answer = desk.post("/admin/snippets/sections/channel/add/", fields)
    assert "是页面《招聘》的地址，请换一个" in answer.content.decode()
    assert not Channel.objects.filter(slug="zhaopin").exists()


def first_words(resolver: URLResolver, before: str = "") -> set[str]:
    """The first part of every address that is written out in the table of addresses."""
    found = set()
    for entry in resolver.url_patterns:
        pattern = before + str(entry.pattern).removeprefix("^")
        if "/" in pattern or isinstance(entry, URLPattern):
            found |= set(re.findall(r"\A([a-z][a-z0-9-]*)(?:/|\Z)", pattern))
        elif isinstance(entry, URLResolver):
            found |= first_words(entry, pattern)
    return found


def test_a25_every_first_word_of_an_address_is_reserved():
    words = first_words(get_resolver())
    assert {"search", "difang", "api", "letters"} <= words
    assert not words - RESERVED_ADDRESSES
