"""A preview shows exactly the draft, on a site that serves stored pages."""

import json
import re

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from meiri.fronts.initial_pages import create_pages
from meiri.fronts.models import StandardPage
from meiri.newsroom.initial_newsroom import create_newsroom
from meiri.newsroom.models import Article
from meiri.newsroom.publishing import publish
from tests.newsroom_factory import a_channel, a_draft, an_article

pytestmark = pytest.mark.django_db
COMMENTS = re.compile(r'<section class="comments".*?</section>\n?', re.DOTALL)
LEFT_OUT = re.compile(
    r' data-block-key="\w+"|<span data-fragment="/members/.*?</span>\s*|(?<=更新：)<time.*?</time>', re.DOTALL
)
LIVE, DRAFT = "读者看到的标题", "改过的标题"


@pytest.fixture
def chief():
    return get_user_model().objects.create_superuser("chief", password="x")


@pytest.fixture(scope="module")
def initial_data(shared_database):
    create_pages()


@pytest.fixture
def desk(initial_data, stored_pages, chief):
    client = Client()
    client.force_login(chief)
    return client


def address_of(name: str, *arguments) -> str:
    return reverse(f"wagtailsnippets_newsroom_article:{name}", args=arguments)


def form(title: str, **more) -> dict:
    fields = {
        "title": title,
        "channel": a_channel().pk,
        "kind": "report",
        "origin": "original",
        "body": streamfield([("text", rich_text("<p>正文第一段。</p>"))]),
        "bylines": inline_formset([]),
        "tags": "",
    }
    return nested_form_data(fields | more)


def in_panel(desk, article: Article, title: str, **more) -> str:
    """What the preview panel shows of the form with this title."""
    address = address_of("preview_on_edit", article.pk)
    answer = desk.post(address, form(title, **more))
    assert json.loads(answer.content)["is_valid"], answer.content.decode()
    answer = desk.get(address + "?in_preview_panel=true")
    assert answer.status_code == 200
    return answer.content.decode()


def changed(article: Article) -> Article:
    article.title = DRAFT
    article.save_revision()
    return article


def test_a3_the_panel_shows_a_draft_that_was_never_published(desk):
    assert DRAFT in in_panel(desk, a_draft("旧稿"), DRAFT)


def test_a3_the_panel_shows_what_is_written_now_and_readers_get_what_is_published(desk, stored_pages):
    article = an_article(LIVE)
    reader = Client()
    assert LIVE in reader.get(article.get_absolute_url()).content.decode()
    shown = in_panel(desk, article, DRAFT)
    assert DRAFT in shown
    assert LIVE not in shown
    stored_pages.catch_up()
    assert LIVE in reader.get(article.get_absolute_url()).content.decode()


def test_a3_the_panel_shows_a_new_article_before_it_is_saved(desk):
    address = address_of("preview_on_add")
    desk.post(address, form(DRAFT))
    assert DRAFT in desk.get(address + "?in_preview_panel=true").content.decode()


def test_a3_an_earlier_version_is_shown_as_it_was(desk):
    article = an_article(LIVE)
    first = article.latest_revision
    Client().get(article.get_absolute_url())
    changed(article)
    revisions = [(first, LIVE), (article.latest_revision, DRAFT)]
    for revision, title in revisions:
        answer = desk.get(address_of("revisions_view", article.pk, revision.pk))
        assert answer.status_code == 200
        assert "<h1" in answer.content.decode()
        assert title in answer.content.decode()


def test_a3_a_reviewer_sees_what_is_to_be_approved(desk, chief):
    review = create_newsroom()
    article = an_article(LIVE)
    Client().get(article.get_absolute_url())
    state = review.start(changed(article), chief)
    task = state.current_task_state.task
    address = address_of("workflow_preview", article.pk, task.pk)
    answer = desk.get(address)
    assert answer.status_code == 200
    assert DRAFT in answer.content.decode()


def test_a3_the_preview_is_the_page_that_readers_get_afterwards(desk, stored_pages):
    article = changed(an_article(LIVE, published_at=timezone.now().replace(microsecond=0)))
    at = f"{timezone.localtime(article.published_at):%Y-%m-%d %H:%M:%S}"
    shown = in_panel(desk, article, DRAFT, source=article.source_id, published_at=at)
    publish(Article.objects.get(pk=article.pk).get_latest_revision_as_object())
    stored_pages.catch_up()
    served = Client().get(article.get_absolute_url()).content.decode()
    assert article_of(shown) == article_of(served)
    assert "修改记录" in served


def test_a3_a_preview_tells_of_changes_where_readers_are_told_of_them(desk, stored_pages):
    draft = a_draft(LIVE)
    assert "修改记录" not in in_panel(desk, draft, DRAFT)
    article = publish(draft)
    publish(Article.objects.get(pk=article.pk))
    stored_pages.catch_up()
    assert "修改记录" not in Client().get(article.get_absolute_url()).content.decode()
    version = desk.get(address_of("revisions_view", article.pk, article.latest_revision_id))
    assert "修改记录" not in version.content.decode()
    assert "修改记录" in in_panel(desk, article, DRAFT)


def article_of(page: str) -> str:
    """The article on a page, without the keys that the editor gives paragraphs when it saves them, and without what waits for
    readers, which a preview leaves out: favourites and comments. When it was changed is known once it is published."""
    found = page[page.index("<article") : page.index("</article>")]
    return LEFT_OUT.sub("", COMMENTS.sub("", found))


def test_a3_a_laid_out_page_is_previewed_as_it_is_written(desk):
    page = Page.objects.get(slug="about").add_child(
        instance=StandardPage(title=LIVE, slug="x", body="<p>旧</p>")
    )
    page.save_revision().publish()
    Client().get("/about/x/")
    address = reverse("wagtailadmin_pages:preview_on_edit", args=[page.pk])
    fields = {
        "title": DRAFT,
        "slug": "x",
        "body": rich_text("<p>新的一段</p>"),
        "departments": streamfield([]),
    }
    form = nested_form_data(fields) | {"comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0"}
    assert json.loads(desk.post(address, form).content)["is_valid"]
    assert "新的一段" in desk.get(address + "?in_preview_panel=true").content.decode()
    page.title = DRAFT
    revision = page.save_revision()
    shown = desk.get(reverse("wagtailadmin_pages:revisions_view", args=[page.pk, revision.pk]))
    assert DRAFT in shown.content.decode()
    assert "旧" in Client().get("/about/x/").content.decode()
