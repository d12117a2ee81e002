"""The node's file of counts says what the database says, whoever changed it and whatever happened to the file."""

import os

import pytest
from django.db import connection, transaction

from meiri.audience import counts_writer
from meiri.audience.counts_file import ArticleCounts, CountsFile, NoCounts, create, the_file
from meiri.audience.counts_writer import CountsFileWriter, counts_are_those_of_the_database, keep_counts
from meiri.audience.models import ArticleViews, ViewsHead
from meiri.audience.view_counts import add_views, set_imported
from meiri.comments.models import Comment, CommentCount
from meiri.comments.moderation import approve_comment, reject_comment
from meiri.newsroom.inserting import insert_rows
from meiri.sample.generating import generate
from tests.newsroom_factory import an_article

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _hurried(monkeypatch):
    monkeypatch.setattr(counts_writer, "PATIENCE_SECONDS", 0.5)


def counted(article) -> ArticleCounts:
    return the_file().counts(article.pk)


def faults() -> list[str]:
    return list(counts_are_those_of_the_database())


def test_what_is_counted_imported_and_said_is_followed():
    article = an_article()
    keep_counts()
    assert counted(article) == (0, 0)
    add_views(article.pk, 3)
    set_imported(article.pk, 1000)
    comment = Comment.objects.create(article=article, name="读者", text="好", token_digest="x")
    approve_comment(comment)
    keep_counts()
    assert counted(article) == (1003, 1)
    reject_comment(comment, "广告")
    keep_counts()
    assert counted(article) == (1003, 0)
    assert faults() == []


def test_a_generated_archive_is_followed():
    keep_counts()
    generate(30)
    keep_counts()
    views = dict(ArticleViews.objects.values_list("article_id", "total"))
    assert len(views) == 30
    assert {i: the_file().counts(i).views for i in views} == views


def test_where_nothing_changed_little_is_asked(django_assert_num_queries):
    add_views(an_article().pk)
    keep_counts()
    with django_assert_num_queries(2):
        keep_counts()


def test_what_was_committed_before_a_crash_is_followed_after_it(own_home):
    """The worker died between its transaction and the file."""
    article = an_article()
    keep_counts()
    add_views(article.pk, 5)
    counts_writer._keeper.let_go()
    counts_writer._keeper = None
    assert counted(article).views == 0
    keep_counts()
    assert counted(article).views == 5


def test_a_worker_begins_with_a_new_file_whatever_the_old_one_says(own_home):
    article = an_article()
    add_views(article.pk, 5)
    keep_counts()
    CountsFile(own_home / "counts.bin", writable=True).set_views([(article.pk, 6)])
    assert len(faults()) == 1
    assert f"article {article.pk}" in faults()[0]
    counts_writer._keeper.let_go()
    counts_writer._keeper = None
    keep_counts()
    assert counted(article).views == 5
    assert faults() == []


@pytest.mark.parametrize("harm", ["missing", "empty", "another version", "cut"])
def test_a_damaged_file_is_made_anew(own_home, harm):
    article, path = an_article(), own_home / "counts.bin"
    add_views(article.pk, 5)
    keep_counts()
    assert counted(article).views == 5
    if harm == "missing":
        path.unlink()
    elif harm == "empty":
        path.unlink()
        path.touch()
    elif harm == "another version":
        with path.open("r+b") as file:
            file.write(b"8bytes..")
    else:
        content = path.read_bytes()
        path.unlink()
        path.write_bytes(content[: len(content) // 2])
    if harm != "another version":
        with pytest.raises(NoCounts):
            the_file()
    keep_counts()
    assert counted(article).views == 5
    assert faults() == []


def test_a_database_that_was_set_back_is_followed_back():
    article = an_article()
    add_views(article.pk, 5)
    keep_counts()
    ArticleViews.objects.update(total=1, changed=0)
    ViewsHead.objects.update(changed=0)
    keep_counts()
    assert counted(article).views == 1


def test_readers_see_a_file_that_grew():
    article = an_article()
    keep_counts()
    file = the_file()
    far = 200_000
    assert far >= file.end
    assert the_file().counts(far) == (0, 0)
    an_article(pk=far)
    add_views(far, 9)
    keep_counts()
    assert the_file().counts(far).views == 9
    assert the_file().counts(article.pk) == (0, 0)


def test_one_process_of_a_node_keeps_the_file(own_home):
    keep_counts()
    assert CountsFileWriter.take(own_home) is None


def test_ids_that_the_file_has_no_place_for_are_left_out_of_it(tmp_path):
    file = create(tmp_path / "counts.bin")
    file.set_views([(2**40, 5), (7, 2)])
    assert file.counts(7) == (2, 0)
    with pytest.raises(NoCounts):
        file.counts(2**40)


def test_a_count_of_what_the_database_does_not_know_is_told(own_home):
    add_views(an_article().pk, 5)
    keep_counts()
    CountsFile(own_home / "counts.bin", writable=True).set_views([(60_000, 6)])
    assert [fault.split(":")[0] for fault in faults()] == ["article 60000"]


def test_a_file_of_counts_that_is_none_is_told(own_home):
    (own_home / "counts.bin").write_bytes(b"nothing of the kind")
    assert "the worker makes it anew" in faults()[0]


def test_comments_without_views_are_compared_too(own_home):
    article = an_article()
    keep_counts()
    CommentCount.objects.create(article=article, approved=3)
    assert len(faults()) == 1


def test_hundreds_of_thousands_of_articles_take_a_few_megabytes(own_home):
    """The rows are put into the database without their articles, and taken away again."""
    first = an_article().pk
    sid = transaction.savepoint()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA defer_foreign_keys = ON")
    number = 200_000
    insert_rows(
        ArticleViews,
        ["article", "total", "imported", "changed"],
        ((first + n, n, n, 1) for n in range(1, number + 1)),
    )
    keep_counts()
    assert the_file().counts(first + number).views == number
    transaction.savepoint_rollback(sid)
    assert os.path.getsize(own_home / "counts.bin") < 8 * 2**20
