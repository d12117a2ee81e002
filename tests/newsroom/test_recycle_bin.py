"""Deleting a draft is a deed with a trace, and can be taken back for 30 days (D24)."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from meiri.newsroom.initial_newsroom import create_newsroom
from meiri.newsroom.models import Article
from meiri.newsroom.recycle_bin import empty_bin, put_back, put_into_bin
from meiri.policy import may, visible
from tests.newsroom.test_admin import CHOOSER_RESULTS, LIST, an_editor, edit
from tests.newsroom_factory import a_channel, a_draft, an_article

pytestmark = pytest.mark.django_db
BIN = "/admin/articles/bin/"


@pytest.fixture
def editor(client):
    user = an_editor("shen", deeds=("add", "change", "publish", "delete"))
    client.force_login(user)
    return user


def delete(client, article):
    return client.post(f"{LIST}delete/{article.pk}/", follow=True)


def test_d24_what_is_deleted_lies_in_the_bin_and_is_nowhere_else(client, editor):
    article = a_draft("要删的草稿", created_by=editor)
    answer = delete(client, article)
    assert "《要删的草稿》已放进回收站" in answer.content.decode()
    for address in (LIST, "/admin/", CHOOSER_RESULTS + "?q=要删的草稿"):
        # The message of before is not shown a second time.
        assert "要删的草稿" not in client.get(address).content.decode()
    assert client.get(edit(article)).status_code != 200
    shown = client.get(BIN).content.decode()
    assert "要删的草稿" in shown
    assert "shen" in shown
    assert "29 天" in shown or "30 天" in shown


def test_d24_it_is_put_back_as_it_was(client, editor):
    article = a_draft("要删的草稿", created_by=editor, text="原来的正文。")
    article.save_revision(user=editor)
    delete(client, article)
    client.post(BIN, {"article": article.pk})
    assert "要删的草稿" in client.get(LIST).content.decode()
    assert "原来的正文。" in str(Article.objects.get().get_latest_revision_as_object().body)
    actions = list(ModelLogEntry.objects.values_list("action", flat=True))
    assert {"newsroom.binned", "newsroom.put_back"} <= set(actions)


def test_the_action_on_many_leads_there_too(client, editor):
    drafts = [a_draft(created_by=editor) for _ in range(3)]
    ids = "&".join(f"id={draft.pk}" for draft in drafts)
    address = reverse("wagtail_bulk_action", args=["newsroom", "article", "delete"])
    client.post(f"{address}?{ids}&next={LIST}")
    assert Article.objects.filter(binned_at__isnull=False).count() == 3


def test_after_its_time_it_is_gone_and_the_trace_stays(client, editor):
    article = a_draft("到期的草稿", created_by=editor)
    delete(client, article)
    assert empty_bin() == 0
    Article.objects.update(binned_at=timezone.now() - timedelta(days=31))
    assert empty_bin() == 1
    assert not Article.objects.exists()
    assert ModelLogEntry.objects.filter(action="wagtail.delete", label="到期的草稿", deleted=True).exists()


def test_what_readers_have_seen_is_not_deleted(client, editor):
    article = an_article("发布过的")
    delete(client, article)
    assert Article.objects.get().binned_at is None


def test_who_may_not_delete_it_does_not_and_does_not_see_the_bin_of_others(client, editor):
    article = a_draft("别人的", channel=a_channel("要闻", "yaowen"))
    other = an_editor("lin", channels=[a_channel()], deeds=("add", "change", "publish", "delete"))
    client.force_login(other)
    delete(client, article)
    assert Article.objects.get().binned_at is None
    client.force_login(editor)
    delete(client, article)
    assert Article.objects.get().binned_at is not None
    client.force_login(other)
    assert "别人的" not in client.get(BIN).content.decode()
    client.post(BIN, {"article": article.pk})
    assert Article.objects.get().binned_at is not None
    assert not may(other, "put back", Article.objects.get())
    with pytest.raises(PermissionDenied):
        put_back(article, other)
    assert Article.objects.get().binned_at is not None
    put_back(article, editor)
    with pytest.raises(PermissionDenied):
        put_into_bin(article, other)
    assert Article.objects.get().binned_at is None


def test_a_reporter_deletes_own_drafts_and_takes_them_back(client):
    reporter = an_editor("jizhe", deeds=("add", "change"))
    article = a_draft("记者的草稿", created_by=reporter)
    client.force_login(reporter)
    delete(client, article)
    assert Article.objects.get().binned_at is not None
    client.post(BIN, {"article": article.pk})
    assert Article.objects.get().binned_at is None


def test_what_waited_for_it_ends(client, editor, admin_user):
    article = a_draft(created_by=editor)
    article.go_live_at = timezone.now() + timedelta(hours=1)
    article.save_revision().publish(user=editor)
    waiting = a_draft(created_by=editor)
    waiting.save_revision(user=editor)
    create_newsroom().start(waiting, editor)
    for draft in (article, waiting):
        delete(client, draft)
    assert not Article.objects.exclude(binned_at=None).count() < 2
    assert not article.revisions.filter(approved_go_live_at__isnull=False).exists()
    assert waiting.current_workflow_state is None


def test_a_draft_in_the_bin_is_changed_and_published_by_nobody(editor, admin_user):
    article = a_draft(created_by=editor)
    Article.objects.update(binned_at=timezone.now())
    article.refresh_from_db()
    for deed in ("see", "change", "publish", "delete", "choose"):
        assert not may(admin_user, deed, article)
        assert not visible(admin_user, Article.objects.all(), deed).exists()
