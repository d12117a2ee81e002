"""What changes past the journal raises, by whatever code; and what of a row readers don't see may change."""

import pytest
from django.db import connection, transaction

from meiri.journal.log import append
from meiri.journal.net import Unjournaled, install, is_whole
from meiri.journal.public_models import NotPublic, Public, declared_models
from meiri.newsroom.models import Article
from meiri.sections.models import Channel
from tests.journal.entries import published
from tests.newsroom_factory import a_channel, a_draft, an_article, an_author

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif("connection.vendor != 'sqlite'", reason="The net is made of triggers of SQLite."),
]


def by_update(article):
    Article.objects.filter(pk=article.pk).update(title="另一个标题")


def by_sql(article):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE newsroom_article SET title = 'x' WHERE id = %s", [article.pk])


def by_its_bylines(article):
    article.bylines.create(author=an_author())
    article.save()


def by_its_stations(article):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM newsroom_article_stations")
        cursor.execute(
            "INSERT INTO newsroom_article_topics (article_id, topic_id) VALUES (%s, 1)", [article.pk]
        )


def by_many_at_once(article):
    Channel.objects.bulk_create([Channel(name="乡村", slug="xiangcun")])


@pytest.mark.parametrize("change", [by_update, by_sql, by_its_bylines, by_its_stations, by_many_at_once])
def test_a_change_without_an_entry_raises_and_is_undone(change):
    article = an_article("原来的标题")
    an_author()
    with pytest.raises(Unjournaled), transaction.atomic():
        change(article)
    assert Article.objects.get().title == "原来的标题"
    assert not Channel.objects.filter(slug="xiangcun").exists()


@pytest.mark.parametrize("change", [by_update, by_sql, by_its_bylines])
def test_a_change_with_an_entry_passes(change):
    article = an_article()
    an_author()
    with transaction.atomic():
        change(article)
        append(published(article.pk), "system")
    assert Article.objects.exists()


def test_drafts_may_change_as_they_like():
    article = a_draft()
    with transaction.atomic():
        by_update(article)
    assert Article.objects.get().title == "另一个标题"


def test_what_readers_do_not_see_of_an_article_may_change():
    article = an_article()
    with transaction.atomic():
        Article.objects.filter(pk=article.pk).update(locked=True, has_unpublished_changes=True)
    assert Article.objects.get().locked


def test_the_same_again_is_no_change():
    channel = a_channel()
    with transaction.atomic():
        Channel.objects.filter(pk=channel.pk).update(name=channel.name)
    assert Channel.objects.get().name == channel.name


def test_every_model_says_what_readers_see_of_it():
    silent = [
        model._meta.label
        for model, declared in declared_models()
        if not isinstance(declared, Public | NotPublic)
    ]
    assert silent == ["wagtailcore.Page"]  # which is one of its children


def test_a_table_made_anew_is_missed_and_gets_its_triggers_again():
    assert is_whole(connection)
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER net_sections_channel_update")
    assert not is_whole(connection)
    install(connection)
    assert is_whole(connection)
    a_channel()
    with pytest.raises(Unjournaled), transaction.atomic():
        Channel.objects.update(name="另一个名字")
