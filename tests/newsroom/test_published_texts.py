"""The journal proves what a live article says."""

import pytest
from django.utils import timezone

from meiri.journal.models import Entry
from meiri.journal.net import paused
from meiri.newsroom.adding import NewArticle, add_articles
from meiri.newsroom.models import Article
from meiri.newsroom.published_texts import live_articles_are_as_published
from meiri.newsroom.publishing import publish, withdraw
from tests.newsroom_factory import a_channel, a_source, an_article, an_author

pytestmark = pytest.mark.django_db


def behind_the_back(article: Article, **fields) -> None:
    with paused():
        Article.objects.filter(pk=article.pk).update(**fields)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "另一个标题"),
        ("summary", "另一个摘要"),
        ("body", [("text", "<p>另一段正文。</p>")]),
        ("published_at", timezone.now() - timezone.timedelta(days=3)),
    ],
)
def test_b19_an_article_changed_past_the_newsroom_is_named(field, value):
    article, other = an_article("原来的标题"), an_article()
    assert not list(live_articles_are_as_published())
    behind_the_back(article, **{field: value})
    (sentence,) = live_articles_are_as_published()
    assert f"article {article.pk} " in sentence
    assert str(other.pk) not in sentence.split(":")[0]


def test_what_the_newsroom_did_is_no_fault():
    article = an_article("甲", authors=[an_author()], tags=["水稻"])
    article.title = "乙"
    publish(article)
    article.title = "丙"
    article.save_revision()  # a draft of what comes next
    source = a_source()
    source.name = "改名后的来源"
    source.save()
    withdraw(an_article(), "稿件有误")
    assert not list(live_articles_are_as_published())


def test_entries_of_earlier_releases_prove_nothing_and_condemn_nobody():
    article = an_article()
    with paused():
        entry = Entry.objects.get(kind="article.published")
        del entry.payload["text"]
        super(type(Entry.objects.all()), Entry.objects.filter(pk=entry.pk)).update(payload=entry.payload)
    behind_the_back(article, title="另一个标题")
    assert not list(live_articles_are_as_published())


def test_what_was_added_with_others_is_no_fault():
    """Databases that keep JSON in a form of their own give it back in another order."""
    new = [
        NewArticle(
            Article(
                title=title,
                channel=a_channel(),
                source=a_source(),
                body=[("text", "<p>正文。</p>"), ("quote", {"text": "引文。", "speaker": "区教育局"})],
            )
        )
        for title in ("甲", "乙")
    ]
    add_articles(new, publishing=True)
    assert Article.objects.live().count() == 2
    assert not list(live_articles_are_as_published())
