import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from meiri.newsroom.models import Article, Desk
from tests.ingest.pages import COPIED, TITLE, a_portal_page
from tests.newsroom_factory import a_channel

pytestmark = pytest.mark.django_db


def a_user(name, *codenames, desk=None):
    user = get_user_model().objects.create_user(name, f"{name}@meiri.example", "a-long-password")
    group = Group.objects.create(name=name)
    group.permissions.set(Permission.objects.filter(codename__in=["access_admin", *codenames]))
    user.groups.add(group)
    if desk is not None:
        Desk.objects.create(group=group).channels.set(desk)
    return user


@pytest.fixture
def page():
    return reverse("ingest_import")


@pytest.fixture
def reporter(client):
    a_channel()
    user = a_user("reporter", "add_article", "change_article", "view_article")
    client.force_login(user)
    return user


def test_pasted_text_becomes_a_draft_with_a_link_to_it(client, reporter, page):
    answer = client.post(page, {"text": COPIED})
    article = Article.objects.get()
    assert not article.live
    assert article.created_by == reporter
    assert "已存为草稿" in answer.content.decode()
    assert f"/admin/snippets/newsroom/article/edit/{article.pk}/" in answer.content.decode()


def test_a_pasted_page_is_read_as_one(client, reporter, page):
    client.post(page, {"text": a_portal_page()})
    assert Article.objects.get().title == TITLE


def test_several_files_are_imported_and_each_failure_told(client, reporter, page):
    files = [
        SimpleUploadedFile("页面.html", a_portal_page().encode("gb18030")),
        SimpleUploadedFile("同样的.txt", COPIED.encode()),
        SimpleUploadedFile("年报.pdf", b"%PDF-1.7"),
    ]
    text = client.post(page, {"uploads": files}).content.decode()
    assert Article.objects.count() == 1
    for words in ("已存为草稿", "已有同样的稿件", "这份 PDF 文件已损坏，无法读取", "年报.pdf"):
        assert words in text


def test_an_upload_that_is_too_large_is_refused_before_it_is_read(client, reporter, page, settings):
    settings.IMPORT_MAX_BYTES = 1000
    answer = client.post(page, {"uploads": [SimpleUploadedFile("a.txt", b"x" * 5_000_000)]})
    assert answer.status_code == 413
    assert "上传的内容太大" in answer.content.decode()
    assert not Article.objects.exists()
    answer = client.post(page, {"uploads": [SimpleUploadedFile("a.txt", COPIED.encode() * 3)]})
    assert "没有导入" in answer.content.decode()
    assert not Article.objects.exists()


def test_an_empty_form_says_what_is_missing(client, reporter, page):
    answer = client.post(page, {"text": "  "})
    assert answer.status_code == 422
    assert "请粘贴文字，或选择要上传的文件。" in answer.content.decode()


def test_a_forged_request_is_refused(reporter, page):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(reporter)
    assert strict.post(page, {"text": COPIED}).status_code == 403
    assert not Article.objects.exists()


def test_only_those_who_may_write_articles_may_import(client, page):
    client.force_login(a_user("reader"))
    for answer in (client.get(page), client.post(page, {"text": COPIED})):
        assert answer.status_code == 302
    assert not Article.objects.exists()
    assert page not in client.get("/admin/").content.decode()


def test_an_editor_imports_into_the_channels_of_the_desk_alone(client, page):
    a_channel()
    client.force_login(a_user("editor", "add_article", "change_article", desk=[a_channel("要闻", "yaowen")]))
    answer = client.post(page, {"text": COPIED})
    assert "您的采编分工不包括“科技前沿”频道。" in answer.content.decode()
    assert not Article.objects.exists()


def test_the_menu_leads_to_the_page(client, reporter, page):
    assert page in client.get("/admin/").content.decode()
    assert client.get(page).status_code == 200
