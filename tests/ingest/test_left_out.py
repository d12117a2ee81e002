"""What was not taken for an article's text stands beside its draft, and one click puts it back."""

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from meiri.ingest.html import read_page
from meiri.ingest.importing import import_items
from meiri.ingest.left_out_desk import LeftOutSidePanel
from meiri.ingest.models import Import
from meiri.ingest.putting_back import digest_of_text, put_back
from meiri.ingest.sanitise import plain
from meiri.ingest.stream import as_html
from meiri.ingest.text import read_lines
from meiri.newsroom.models import Article
from tests.ingest.pages import COPIED, a_portal_page
from tests.ingest.test_admin import a_user
from tests.newsroom_factory import a_channel

NOTICE = "声明：转载此文是出于传递更多信息之目的。若有来源标注错误，请联系删除。"


def an_import(extra=f"<p>{NOTICE}</p>", **options) -> Article:
    record = import_items(read_page(a_portal_page(extra=extra)), **options)
    return Article.objects.get(pk=record.id)


def test_e4_a_page_lists_what_stood_with_its_text_and_was_not_taken():
    article = read_page(a_portal_page(extra=f"<p>{NOTICE}</p>"))
    assert NOTICE not in plain(article.body)
    assert article.left_out == [NOTICE]


def test_e4_a_copied_text_lists_what_it_left_out():
    article = read_lines(COPIED)
    assert "入夜之后，江边的灯次第亮起来，市民扶老携幼前来观看，现场十分热闹。" in article.left_out
    assert not any(line in plain(article.body) for line in article.left_out)


def test_e4_what_is_listed_is_bounded():
    many = "".join(f"<p>声明：本站转载第{n}篇文章，{'版权' * 80}。</p>" for n in range(200))
    left_out = read_page(a_portal_page(extra=many)).left_out
    assert 0 < len(left_out) <= 60
    assert sum(map(len, left_out)) <= 20_000


@pytest.mark.django_db
class TestPuttingBack:
    @pytest.fixture
    def editor(self, client):
        a_channel()
        user = a_user("editor", "add_article", "change_article", "view_article")
        client.force_login(user)
        return user

    def test_e4_one_click_puts_a_text_back_as_a_draft(self, client, editor):
        article = an_import(by=editor)
        page = client.get(
            reverse("wagtailsnippets_newsroom_article:edit", args=[article.pk])
        ).content.decode()
        assert "没有收入的文字" in page
        assert NOTICE in page
        answer = client.post(
            reverse("ingest_put_back", args=[article.pk]), {"text": digest_of_text(NOTICE)}, follow=True
        )
        assert "已收入《" in answer.content.decode()
        draft = Article.objects.get(pk=article.pk).get_latest_revision_as_object()
        assert plain(as_html(draft.body)).split("\n")[-1] == NOTICE
        assert draft.latest_revision.user == editor
        assert Import.objects.get(pk=article.pk).left_out == []

    def test_e4_a_published_article_stays_as_readers_see_it(self, editor):
        article = an_import(publishing=True)
        put_back(article.pk, digest_of_text(NOTICE), get_user_model().objects.create_superuser("chief"))
        article.refresh_from_db()
        assert article.has_unpublished_changes
        assert NOTICE not in plain(as_html(article.body))

    def test_e4_it_is_put_back_once(self, client, editor):
        article = an_import(by=editor)
        address = reverse("ingest_put_back", args=[article.pk])
        for _ in range(2):
            answer = client.post(address, {"text": digest_of_text(NOTICE)}, follow=True)
        assert "已经收入，或者不在这篇稿件里" in answer.content.decode()
        draft = Article.objects.get(pk=article.pk).get_latest_revision_as_object()
        body = plain(as_html(draft.body))
        assert body.count(NOTICE) == 1

    def test_e4_a_text_that_looks_like_markup_stays_text(self, editor):
        article = an_import(extra="", by=editor)
        text = "<b>不是标签</b>\n& 第二行"
        Import.objects.filter(pk=article.pk).update(left_out=[text])
        draft = put_back(article.pk, digest_of_text(text), editor)
        assert draft.body[-1].value.source == "<p>&lt;b&gt;不是标签&lt;/b&gt;<br/>&amp; 第二行</p>"

    def test_e4_whoever_may_not_change_the_article_puts_nothing_back(self, client, editor):
        article = an_import(by=editor)
        client.force_login(a_user("moderator", "change_comment"))
        answer = client.post(reverse("ingest_put_back", args=[article.pk]), {"text": digest_of_text(NOTICE)})
        assert answer.status_code in (302, 403, 404)
        assert Import.objects.get(pk=article.pk).left_out == [NOTICE]
        assert client.get(reverse("ingest_put_back", args=[article.pk])).status_code in (302, 403, 404, 405)

    def test_e4_a_locked_article_stays_as_it_is(self, client, editor):
        article = an_import(by=editor)
        other = get_user_model().objects.create_superuser("chief")
        Article.objects.filter(pk=article.pk).update(locked=True, locked_by=other)
        answer = client.post(
            reverse("ingest_put_back", args=[article.pk]), {"text": digest_of_text(NOTICE)}, follow=True
        )
        assert "稿件已锁定" in answer.content.decode()
        assert Import.objects.get(pk=article.pk).left_out == [NOTICE]

    def test_e4_the_panel_asks_one_question_of_the_database(self, editor, rf, django_assert_num_queries):
        article = an_import(by=editor)
        request = rf.get("/")
        request.user = editor
        with django_assert_num_queries(1):
            assert LeftOutSidePanel(article, request).texts == [NOTICE]
