"""Two people lay out one page: nobody's change is overwritten (C2, for laid-out pages)."""

import json
import uuid

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from wagtail.models import Page, Revision
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from meiri.fronts.initial_pages import create_pages
from meiri.fronts.models import StandardPage

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def initial_data(shared_database):
    create_pages()


@pytest.fixture
def page(initial_data):
    home = Page.objects.get(depth=2)
    return home.add_child(instance=StandardPage(title="关于我们", slug="guanyu", live=False))


class Browser:
    def __init__(self, page, name):
        self.client, self.key, self.page = Client(), str(uuid.uuid4()), page
        self.client.force_login(get_user_model().objects.create_superuser(name, password="x"))
        self.address = f"/admin/pages/{page.pk}/edit/"
        opened = self.client.get(self.address)
        self.base, self.version = opened.context["draft"]["content"], opened.context["draft"]["version"]
        self.fields = {"title": page.title, "slug": page.slug, "seo_title": "", "search_description": ""}
        self.sent = 0

    def save(self, by_itself=True, **changes):
        self.fields |= changes
        self.sent += 1
        bodies = {"body": streamfield([("text", rich_text("<p>正文。</p>"))]), "departments": streamfield([])}
        form = nested_form_data(self.fields | bodies)
        form |= {
            "form_key": self.key,
            "form_sequence": str(self.sent),
            "form_acknowledged": str(self.sent - 1),
            "form_base": json.dumps(self.base),
            "comments-TOTAL_FORMS": "0",
            "comments-INITIAL_FORMS": "0",
        }
        answer = self.client.post(
            self.address, form, headers={"accept": "application/json" if by_itself else "text/html"}
        )
        return json.loads(answer.content) if by_itself else answer


def stored(page):
    return StandardPage.objects.get(pk=page.pk).get_latest_revision_as_object()


def test_c2_what_another_changed_on_a_page_stays(page):
    hers, his = Browser(page, "lin"), Browser(page, "shen")
    assert hers.save(seo_title="林的题")["success"]
    answer = his.save(title="关于我们和联系")
    assert answer["success"], answer
    assert (stored(page).title, stored(page).seo_title) == ("关于我们和联系", "林的题")
    assert answer["form"]["content"]["seo_title"] == "林的题"


def test_c2_a_conflict_on_a_page_keeps_both_and_is_not_published(page):
    hers, his = Browser(page, "lin"), Browser(page, "shen")
    hers.save(title="林的标题")
    answer = his.save(title="沈的标题")
    assert answer["form"]["conflicts"][0]["theirs"] == "林的标题"
    assert stored(page).title == "林的标题"
    kept = [r.content["title"] for r in Revision.objects.all()]
    assert "沈的标题" in kept
    his.fields["action-publish"] = "1"
    shown = his.save(by_itself=False, title="沈的标题").content.decode()
    assert "别人同时改了同一处" in shown
    assert not StandardPage.objects.get(pk=page.pk).live


def test_an_open_page_hears_of_a_newer_version_and_of_who_writes(page):
    hers, his = Browser(page, "lin"), Browser(page, "shen")
    hers.save(title="林的标题")
    for browser in (hers, his):
        told = browser.client.post(
            f"/admin/pages/{page.pk}/presence/",
            {"form_key": browser.key, "place": "title", "version": his.version},
        )
    told = json.loads(told.content)
    assert told["newer"]
    assert [other["place"] for other in told["others"]] == ["title"]
