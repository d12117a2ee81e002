"""Withdrawals: one deed, one entry, with a reason; and what an article stands in is closed, not deleted."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from meiri.fronts.initial_pages import create_pages
from meiri.journal.models import Entry
from meiri.letters.models import Letter
from meiri.newsroom.initial_newsroom import create_desk
from meiri.newsroom.models import Article, Author, Source
from meiri.newsroom.publishing import publish, withdraw
from meiri.sections.in_use import MOST, uses_of
from meiri.sections.models import Channel, NavigationItem, Station, Topic
from tests.letters.letters_factory import a_letter
from tests.newsroom.test_admin import edit, form_of
from tests.newsroom_factory import a_channel, a_draft, a_source, a_station, a_topic, an_article, an_author

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client):
    client.force_login(get_user_model().objects.create_superuser("zhubian", "z@example.com", "x"))
    return client


def withdrawals() -> list[Entry]:
    return list(Entry.objects.filter(kind="article.withdrawn"))


def test_a15_two_withdrawals_of_one_article_are_one_deed(client):
    article = an_article()
    one, other = Article.objects.get(pk=article.pk), Article.objects.get(pk=article.pk)
    withdraw(one, "来源失实")
    withdraw(other, "后来的原因")
    (entry,) = withdrawals()
    assert entry.payload["reason"] == "来源失实"
    assert (other.live, other.withdrawal_reason) == (False, "来源失实")
    page = client.get(article.get_absolute_url())
    assert (page.status_code, "来源失实" in page.content.decode()) == (410, True)


def test_a15_a_withdrawal_writes_nothing_that_an_older_instance_held():
    article = an_article("第一版")
    stale = Article.objects.get(pk=article.pk)
    article.title = "第二版"
    publish(article)
    withdraw(stale, "来源失实")
    assert Article.objects.get(pk=article.pk).title == "第二版"


def test_a15_unpublishing_what_is_withdrawn_does_nothing():
    article = an_article()
    stale = Article.objects.get(pk=article.pk)
    withdraw(article, "来源失实")
    stale.unpublish()
    stale.unpublish(set_expired=True)
    assert len(withdrawals()) == 1
    article.refresh_from_db()
    assert (article.withdrawal_reason, article.expired) == ("来源失实", False)


def test_a15_a_live_article_that_code_deletes_is_withdrawn_with_a_reason():
    an_article().delete()
    (entry,) = withdrawals()
    assert entry.payload["reason"] == "稿件已删除"


@pytest.mark.parametrize("reason", ["", "  ", "\n\u3000", "长" * 201])
def test_a15_a_withdrawal_needs_a_reason(reason):
    article = an_article()
    with pytest.raises(ValidationError, match="撤稿原因"):
        withdraw(article, reason)
    assert Article.objects.get(pk=article.pk).live
    assert not withdrawals()


def test_a15_the_form_asks_for_the_reason_and_tells_once(desk):
    article = an_article()
    address = f"/admin/snippets/newsroom/article/unpublish/{article.pk}/"
    assert "请写明撤稿原因" in desk.post(address, {"reason": " "}).content.decode()
    for reason in ("来源失实", "再按一次"):
        desk.post(address, {"reason": reason})
    (entry,) = withdrawals()
    assert entry.payload["reason"] == "来源失实"


def test_a15_an_article_that_expired_says_so_to_readers_and_in_the_journal(client):
    article = an_article(expire_at=timezone.now() + timedelta(hours=1))
    Article.objects.filter(pk=article.pk).update(expire_at=timezone.now() - timedelta(seconds=1))
    call_command("publish_scheduled", verbosity=0)
    article.refresh_from_db()
    (entry,) = withdrawals()
    assert (entry.payload["reason"], article.withdrawal_reason, article.expired) == ("到期", "到期", True)
    page = client.get(article.get_absolute_url())
    assert (page.status_code, "原因：到期" in page.content.decode()) == (410, True)
    assert client.get(f"/api/v1/articles/{article.pk}/").json()["reason"] == "到期"
    article.expire_at = None
    publish(article)
    article.refresh_from_db()
    assert (article.live, article.withdrawal_reason, article.expired) == (True, "", False)


def filed() -> Article:
    return an_article(
        stations=[a_station()],
        topics=[a_topic()],
        authors=[an_author()],
        editor=an_author("周编辑", "zhou"),
        source=a_source(),
    )


KEPT = [
    ("sections/channel", Channel, "keji"),
    ("sections/station", Station, "zhejiang"),
    ("sections/topic", Topic, "qiushou"),
    ("newsroom/author", Author, "lin-wanzhou"),
    ("newsroom/author", Author, "zhou"),
]


@pytest.mark.parametrize(("path", "model", "slug"), KEPT)
def test_a23_what_an_article_is_filed_under_is_deleted_by_no_door(desk, path, model, slug):
    article = filed()
    row = model.objects.get(slug=slug)
    address = f"/admin/snippets/{path}"
    for deed in (desk.get, desk.post):
        answer = deed(f"{address}/delete/{row.pk}/", follow=True)
        assert "还在使用（稿件 1" in answer.content.decode() or "还在使用（作者 1" in answer.content.decode()
        assert answer.redirect_chain == [(f"{address}/edit/{row.pk}/", 302)]
        assert "被引用 1 次" in answer.content.decode()
    desk.post(f"/admin/bulk/{path.replace('/', '/')}/delete/?id={row.pk}")
    for by_code in (row.delete, model.objects.filter(pk=row.pk).delete):
        with pytest.raises(ProtectedError), transaction.atomic():
            by_code()
    assert model.objects.filter(pk=row.pk).exists()
    withdraw(article, "来源失实")
    assert uses_of(row)  # it is still filed there, and may be published again


def test_a23_a_source_that_is_named_is_kept(desk):
    row = filed().source
    answer = desk.post(f"/admin/snippets/newsroom/source/delete/{row.pk}/", follow=True)
    assert "还在使用（稿件 1）" in answer.content.decode()
    assert Source.objects.filter(pk=row.pk).exists()


def test_a23_what_stands_on_the_home_page_or_has_letters_is_kept(desk):
    channel = a_channel()
    create_pages()
    assert uses_of(channel) == {"页面": 1}
    station, elsewhere = a_station(), create_desk("浙江编辑", stations=[a_station()])
    a_letter(station=station, desk=elsewhere)
    Letter.objects.update(desk=elsewhere)
    assert uses_of(station) == uses_of(elsewhere) == {"群众来信": 1}
    answer = desk.post(f"/admin/snippets/newsroom/desk/delete/{elsewhere.pk}/", follow=True)
    assert "“浙江编辑”还在使用（群众来信 1），不能删除" in answer.content.decode()


def test_a23_what_nothing_is_filed_under_goes_with_what_only_points_to_it(desk):
    channel, station = a_channel(), a_station()
    NavigationItem.objects.create(channel=channel)
    create_desk("浙江编辑", channels=[channel], stations=[station])
    for path, row in (("channel", channel), ("station", station)):
        desk.post(f"/admin/snippets/sections/{path}/delete/{row.pk}/")
    assert (Channel.objects.count(), Station.objects.count(), NavigationItem.objects.count()) == (0, 0, 0)


def test_a23_uses_are_counted_without_looking_through_the_archive(django_assert_max_num_queries):
    for _ in range(3):
        an_article()
    with django_assert_max_num_queries(13):
        assert uses_of(a_channel()) == {"稿件": 3}
    assert MOST <= 1000


@pytest.mark.parametrize("table", ["sections_station", "sections_topic", "newsroom_author"])
def test_a23_an_article_whose_section_is_gone_all_the_same_can_be_withdrawn_and_published(client, table):
    """As a database may be that another version of the site, or somebody by hand, has changed."""
    article = an_article(stations=[a_station()], topics=[a_topic()], authors=[an_author()])
    with connection.cursor() as cursor:
        for through in ("newsroom_article_stations", "newsroom_article_topics", "newsroom_byline"):
            cursor.execute(f"DELETE FROM {through}")  # noqa: S608
        cursor.execute(f"DELETE FROM {table}")  # noqa: S608
    article = Article.objects.get(pk=article.pk)
    withdraw(article, "来源失实")
    assert client.get(article.get_absolute_url()).status_code == 410
    publish(Article.objects.get(pk=article.pk))
    assert client.get(article.get_absolute_url()).status_code == 200


def test_a23_a_version_that_names_what_was_deleted_can_be_opened_and_published(desk):
    article = a_draft()
    author, editor = an_author("过客", "guoke"), an_author("曾编辑", "ceng")
    version = Article.objects.get(pk=article.pk)
    version.editor, version.source = editor, a_source("停刊的报纸")
    version.bylines.add(version.bylines.model(author=author))
    revision = version.save_revision()
    for row in (editor, author, a_source("停刊的报纸")):
        row.delete()
    page = desk.get(edit(article))
    assert page.status_code == 200
    answer = desk.post(edit(article), form_of(article, **{"action-publish": "1"}))
    assert answer.status_code == 302
    type(revision).objects.get(pk=revision.pk).publish()
    article.refresh_from_db()
    assert (article.live, article.channel.slug, article.bylines.count()) == (True, "keji", 0)
