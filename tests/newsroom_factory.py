"""Make a small real newsroom for tests."""

import itertools

from django.utils import timezone

from meiri.newsroom.models import Article, Author, Byline, Source
from meiri.newsroom.publishing import publish
from meiri.sections.models import Channel, Region, Station, Topic

_number = itertools.count(1)


def a_channel(name="科技前沿", slug="keji", **fields):
    return Channel.objects.get_or_create(slug=slug, defaults={"name": name, **fields})[0]


def a_station(name="浙江", slug="zhejiang", region=Region.EAST, **fields):
    return Station.objects.get_or_create(slug=slug, defaults={"name": name, "region": region, **fields})[0]


def a_topic(name="秋收时节", slug="qiushou", **fields):
    return Topic.objects.get_or_create(slug=slug, defaults={"name": name, **fields})[0]


def a_source(name="每日新闻网", **fields):
    return Source.objects.get_or_create(name=name, defaults=fields)[0]


def an_author(name="林晚舟", slug="lin-wanzhou", **fields):
    return Author.objects.get_or_create(slug=slug, defaults={"name": name, **fields})[0]


def a_draft(
    title=None, *, stations=(), subsections=(), topics=(), tags=(), authors=(), text="正文第一段。", **fields
):
    """An article nobody but editors can see."""
    fields.setdefault("channel", None)
    fields["channel"] = fields["channel"] or a_channel()
    fields.setdefault("source", a_source())
    article = Article(title=title or f"第{next(_number)}条测试稿件", live=False, **fields)
    article.body = [("text", f"<p>{text}</p>")] if isinstance(text, str) else text
    article.stations.set(stations)
    article.subsections.set(subsections)
    article.topics.set(topics)
    article.tags.add(*tags)
    for n, author in enumerate(authors):
        article.bylines.add(Byline(author=author, sort_order=n))
    article.save()
    return article


def an_article(title=None, *, by=None, **fields):
    """A published article."""
    fields.setdefault("published_at", timezone.now())
    return publish(a_draft(title, **fields), by=by)
