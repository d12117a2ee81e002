"""An article as its newest version has it, saved or published."""

from meiri.newsroom.models import Article


def newest(article: Article) -> Article:
    return article.latest_revision.as_object() if article.latest_revision else article
