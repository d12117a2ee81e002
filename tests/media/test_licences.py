"""Licences of pictures: warned of beforehand, ended everywhere on the day after, by taking down or by another picture."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from meiri.journal.models import Entry
from meiri.media.adding_pictures import store
from meiri.media.licences import expire_pictures, expiring
from meiri.media.models import ExpiredLicence, Picture
from meiri.newsroom.models import Article
from meiri.newsroom.publication_checks import findings_by_check
from meiri.newsroom.publishing import publish
from meiri.personal.models import Notice
from tests.media.test_reencoding import a_file
from tests.newsroom_factory import an_article

pytestmark = pytest.mark.django_db


def a_picture(title, days: int | None, colour="red") -> Picture:
    picture = store(a_file(picture=Image.new("RGB", (90, 60), colour)), title)[0]
    if days is not None:
        picture.valid_until = timezone.localdate() + timedelta(days=days)
        picture.save()
    return picture


def with_picture(picture, admin_user) -> Article:
    body = [("text", "<p>文字。</p>"), ("image", {"image": picture, "caption": "", "credit": ""})]
    return an_article("有图的稿件", text=body, picture=picture, created_by=admin_user)


def test_a_licence_holds_to_the_end_of_its_last_day():
    today, yesterday = a_picture("今天到期", 0), a_picture("昨天到期", -1, "blue")
    a_picture("半年", 180, "green")
    assert list(expiring()) == [yesterday, today]
    assert expire_pictures() == 1
    assert Picture.objects.get(title="今天到期").withdrawn_at is None
    assert Picture.objects.get(title="昨天到期").withdrawn_at


def test_an_expired_picture_is_taken_from_articles_and_their_makers_are_told(admin_user, admin_client):
    picture = a_picture("旧图", -1)
    article, key = with_picture(picture, admin_user), picture.content_key
    assert expire_pictures() == 1
    assert (
        f"授权于{picture.valid_until:%Y年%-m月%-d日}到期"
        in admin_client.get(article.get_absolute_url()).content.decode()
    )
    entry = Entry.objects.get(kind="picture.withdrawn")
    assert {key, article.content_key} <= set(entry.keys)
    assert entry.actor == "system"
    assert "旧图" in Notice.objects.get(member=admin_user).text
    page = admin_client.get(reverse("media_licences")).content.decode()
    assert "《有图的稿件》" in page
    assert "已撤下" in page
    assert expire_pictures() == 0


def test_an_article_whose_picture_ran_out_is_mended_without_another_picture(admin_user):
    article = with_picture(a_picture("旧图", -1), admin_user)
    expire_pictures()
    article = Article.objects.get(pk=article.pk)
    article.title = "有图的稿件（续）"
    article = publish(article, by=admin_user)
    assert article.title == "有图的稿件（续）"
    found = [found.code for _check, found in findings_by_check(article, article.latest_revision, admin_user)]
    assert [code for code in found if code.startswith("picture.")] == ["picture.withdrawn"] * 2


def test_a_replacement_that_was_chosen_stands_everywhere_with_its_own_words(admin_user, admin_client):
    picture, other = a_picture("旧图", 3), a_picture("新图", None, "blue")
    other.credit, other.caption = "林晚舟 摄", "新的说明"
    other.save()
    article = with_picture(picture, admin_user)
    page = reverse("media_replacement", args=[picture.pk])
    assert "请另选一张图" in admin_client.post(page, {"replacement": picture.pk}).content.decode()
    admin_client.post(page, {"replacement": other.pk})
    assert "换用“新图”" in admin_client.get(reverse("media_licences")).content.decode()
    Picture.objects.filter(pk=picture.pk).update(valid_until=timezone.localdate() - timedelta(days=1))
    before = Picture.objects.get(pk=picture.pk)
    assert expire_pictures() == 1
    after = Picture.objects.get(pk=picture.pk)
    assert (after.title, after.credit, after.valid_until) == ("新图", "林晚舟 摄", None)
    assert after.file.name != before.file.name
    assert Article.objects.get(pk=article.pk).picture == after
    assert picture.content_key in Entry.objects.filter(kind="picture.changed").latest("sequence").keys
    assert ExpiredLicence.objects.get().replaced_by == "新图"
    assert Picture.objects.filter(pk=other.pk).exists()


def test_a_replacement_that_ran_out_itself_does_not_count():
    picture, other = a_picture("旧图", -1), a_picture("也过期", -1, "blue")
    Picture.objects.filter(pk=picture.pk).update(replacement=other)
    assert expire_pictures() == 2
    assert not Picture.objects.filter(withdrawn_at=None).exists()


def test_where_pictures_are_used_is_counted_in_the_same_queries_for_one_and_for_many(
    admin_user, admin_client, django_assert_num_queries
):
    with_picture(a_picture("旧图", 3), admin_user)
    page = reverse("media_licences")
    assert "1 处" in admin_client.get(page).content.decode()
    with CaptureQueriesContext(connection) as one:
        admin_client.get(page)
    queries = len(one)
    for number, colour in enumerate(("blue", "green", "yellow")):
        with_picture(a_picture(f"旧图{number}", 3, colour), admin_user)
    admin_client.get(page)  # what was at hand before is read again once
    with django_assert_num_queries(queries):
        assert admin_client.get(page).content.decode().count("1 处") == 4
