"""Drafts are saved as they stand: C1, D8, D11 of what editors met. What is missing is asked for when they are sent on."""

import json

import pytest
from django.urls import reverse
from wagtail.test.utils.form_data import inline_formset, rich_text, streamfield

from meiri.newsroom.initial_newsroom import create_newsroom
from meiri.newsroom.models import Article
from meiri.newsroom.publishing import publish
from meiri.policy import may, visible
from tests.newsroom.test_admin import LIST, an_editor, edit, form_of
from tests.newsroom_factory import a_channel, a_draft, a_station, an_article, an_author

pytestmark = pytest.mark.django_db


@pytest.fixture
def reporter(client):
    user = an_editor("jizhe", deeds=("add", "change"))
    client.force_login(user)
    return user


def saved_by_itself(client, address, form) -> dict:
    """What the server answers a form that saves itself while somebody writes."""
    answer = client.post(address, form, headers={"accept": "application/json"})
    return json.loads(answer.content) | {"status": answer.status_code}


def newest(article: Article) -> Article:
    article.refresh_from_db()
    return article.get_latest_revision_as_object()


class TestFromTheFirstWord:
    def test_c1_a_text_without_title_channel_or_anything_else_is_saved(self, client, reporter):
        form = form_of(channel="", body=streamfield([("text", rich_text("<p>第一句。</p>"))]))
        answer = saved_by_itself(client, f"{LIST}add/", form)
        assert answer["success"], answer
        article = Article.objects.get()
        assert article.channel is None
        assert "第一句。" in str(newest(article).body)
        assert str(article) == "（无标题）"

    def test_c1_it_is_its_authors_alone_until_it_is_filed(self, client, reporter):
        saved_by_itself(client, f"{LIST}add/", form_of(channel=""))
        article = Article.objects.get()
        other = an_editor("bianji", channels=[a_channel()])
        assert may(reporter, "change", article)
        assert not may(other, "see", article)
        assert not visible(other, Article.objects.all()).exists()
        client.post(edit(article), form_of(article, channel=a_channel().pk))
        assert may(other, "see", Article.objects.get())

    def test_c1_what_a_reporter_of_one_station_writes_is_that_stations(self, client):
        station = a_station("新疆", "xinjiang")
        user = an_editor("xjjizhe", channels=[])
        user.groups.get().desk.stations.add(station)
        client.force_login(user)
        saved_by_itself(client, f"{LIST}add/", form_of(channel=""))
        assert Article.objects.get().home_station == station

    def test_c1_nothing_typed_yet_is_still_a_draft_that_can_be_opened_and_shown(self, client, reporter):
        answer = saved_by_itself(client, f"{LIST}add/", form_of(channel="", body=streamfield([])))
        article = Article.objects.get()
        assert client.get(answer["url"]).status_code == 200
        assert "（无标题）" in client.get(LIST).content.decode()
        assert "（无标题）" in client.get("/admin/").content.decode()
        preview = reverse("wagtailsnippets_newsroom_article:preview_on_edit", args=[article.pk])
        client.post(preview, form_of(article, channel=""))
        assert client.get(preview).status_code == 200

    @pytest.mark.parametrize(
        "block",
        [
            ("quote", {"text": "", "speaker": ""}),
            ("heading", "字" * 200),
            ("related", {"title": "没有地址", "url": "明天补"}),
            ("video", {"file": None, "title": "", "transcript": "", "poster": None, "captions": None}),
            ("document", None),
            ("embed", "这不是地址"),
        ],
    )
    def test_d8_a_block_that_is_half_filled_keeps_nothing_else_from_being_saved(
        self, client, reporter, block
    ):
        article = a_draft(created_by=reporter)
        body = streamfield([("text", rich_text("<p>写好的一段。</p>")), (block[0], _as_form(block[1]))])
        answer = saved_by_itself(client, edit(article), form_of(article, body=body))
        assert answer["success"], answer
        stored = newest(article).body
        assert "写好的一段。" in str(stored)
        assert len(stored) == 2

    def test_d8_a_gallery_with_one_picture_is_saved(self, client, reporter):
        article = a_draft(created_by=reporter)
        gallery = {
            "pictures-count": "1",
            "pictures-0-value-image": "",
            "pictures-0-value-caption": "只有说明",
            "pictures-0-value-credit": "",
            "pictures-0-order": "0",
            "pictures-0-deleted": "",
            "pictures-0-id": "",
        }
        answer = saved_by_itself(
            client, edit(article), form_of(article, body=streamfield([("gallery", gallery)]))
        )
        assert answer["success"], answer
        assert "只有说明" in json.dumps(newest(article).body.get_prep_value(), ensure_ascii=False)

    def test_a_title_that_is_too_long_is_kept_whole(self, client, reporter):
        article, title = a_draft(created_by=reporter), "长" * 200
        assert saved_by_itself(client, edit(article), form_of(article, title=title))["success"]
        assert newest(article).title == title

    @pytest.mark.parametrize(
        ("field", "typed", "label"),
        [("published_at", "昨天", "发布时间"), ("kind", "没有的", "体裁")],
    )
    def test_what_cannot_be_stored_is_named_and_all_else_is_saved(
        self, client, reporter, field, typed, label
    ):
        article = a_draft(created_by=reporter)
        answer = saved_by_itself(client, edit(article), form_of(article, title="新题", **{field: typed}))
        assert answer["success"], answer
        assert newest(article).title == "新题"
        assert any(label in name for name in answer["not_saved"]), answer["not_saved"]

    def test_a_row_of_authors_without_a_name_keeps_nothing_from_being_saved(self, client, reporter):
        article, author = a_draft(created_by=reporter), an_author()
        rows = inline_formset([{"author": author.pk, "credit": "文"}, {"author": "", "credit": ""}])
        answer = saved_by_itself(client, edit(article), form_of(article, title="新题", bylines=rows))
        assert answer["success"], answer
        assert [b.author for b in newest(article).bylines.all()] == [author]


def _as_form(value):
    return {k: "" if v is None else v for k, v in value.items()} if isinstance(value, dict) else value or ""


class TestSendingOn:
    def test_it_is_not_sent_for_review_while_something_is_missing(self, client, reporter):
        create_newsroom()
        article = a_draft(created_by=reporter)
        form = form_of(article, channel="", **{"action-submit": "1"})
        answer = client.post(edit(article), form)
        assert answer.context["form"].errors["channel"]
        assert not article.workflow_states.exists()

    def test_a_version_that_became_incomplete_is_not_published_by_any_door(self, client, admin_user):
        article = a_draft()
        article.body = [("quote", {"text": "", "speaker": ""})]
        article.save_revision(clean=False)
        client.force_login(admin_user)
        with pytest.raises(Exception, match="正文第 1 块（引文）"):
            publish(article, by=admin_user)
        assert not Article.objects.get().live

    def test_the_last_review_does_not_publish_what_was_emptied_meanwhile(self, client, admin_user):
        article = a_draft()
        article.save_revision(user=admin_user)
        create_newsroom().start(article, admin_user)
        article.title = ""
        article.save_revision(user=admin_user, clean=False)
        client.force_login(admin_user)
        for _ in range(3):
            article = Article.objects.get()
            if not article.current_workflow_task_state:
                break
            client.post(
                edit(article),
                form_of(
                    newest(article), **{"action-workflow-action": "1", "workflow-action-name": "approve"}
                ),
            )
        assert not Article.objects.get().live

    def test_a_published_article_keeps_its_channel_whatever_a_draft_of_it_says(self, client, admin_user):
        article = an_article()
        client.force_login(admin_user)
        assert saved_by_itself(client, edit(article), form_of(article, channel=""))["success"]
        article.refresh_from_db()
        assert newest(article).channel == a_channel()


def test_the_form_of_a_copy_opens_and_goes_to_the_view_that_adds(admin_client):
    article = an_article("第一篇")
    answer = admin_client.get(reverse("wagtailsnippets_newsroom_article:copy", args=[article.pk]))
    assert answer.status_code == 200
    assert f'action="{reverse("wagtailsnippets_newsroom_article:add")}"' in answer.content.decode()
    assert 'id="meiri-draft"' not in answer.content.decode()
