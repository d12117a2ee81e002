"""The feeds: RSS of the site, of each channel and of each station; Atom and JSON Feed of the site."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.db.models import Prefetch
from django.utils import timezone
from django.utils.feedgenerator import Enclosure

from meiri.delivery.keys import uses
from meiri.newsroom.models import Article, ArticleTag, Byline, Listing
from meiri.newsroom.river import Place
from meiri.sections.models import Channel, Station
from meiri.syndication.bodies import bodies_of, picture_url, printable
from meiri.syndication.feed_formats import AtomFeed, JsonFeed, RssFeed
from meiri.syndication.freshness import ARTICLES, fresh
from meiri.syndication.structured_data import modified_at

LENGTH = 50
MAX_AGE = 60


@dataclass(frozen=True)
class Outlet:
    """What a feed is about. `address` is its page."""

    title: str
    description: str
    address: str
    feed_address: str
    place: Place


@dataclass(frozen=True)
class FeedItem:
    article: Article
    body: str


def newest_whole(place: Place, count: int = LENGTH) -> list[FeedItem]:
    """The newest articles of a place with everything that a feed tells of them. Four queries and those of the bodies."""
    ids = list(Listing.objects.at(place).newest().values_list("article_id", flat=True)[:count])
    articles = Article.objects.live().filter(pk__in=ids).select_related("channel", "source", "picture")
    found = {
        a.pk: a
        for a in articles.prefetch_related(
            Prefetch("bylines", Byline.objects.select_related("author")),
            Prefetch("tagged_items", ArticleTag.objects.select_related("tag")),
        )
    }
    ordered = [found[i] for i in ids if i in found]
    return [FeedItem(a, body) for a, body in zip(ordered, bodies_of(ordered), strict=True)]


class ArticleFeed(Feed):
    """The newest articles of an outlet in one format."""

    language = "zh-cn"

    def __init__(self, format, outlet_of: Callable[..., Outlet]):
        self.feed_type = format
        self.outlet_of = outlet_of

    def __call__(self, request, *args, **kwargs):
        response = super().__call__(request, *args, **kwargs)
        # The time of the newest article goes back when that is withdrawn; the journal's does not.
        del response.headers["Last-Modified"]
        return response

    def get_object(self, request, **address) -> Outlet:
        return self.outlet_of(settings.BASE_URL + request.path, **address)

    def title(self, outlet: Outlet) -> str:
        return printable(outlet.title)

    def description(self, outlet: Outlet) -> str:
        return printable(outlet.description)

    subtitle = description

    def link(self, outlet: Outlet) -> str:
        return settings.BASE_URL + outlet.address

    def feed_url(self, outlet: Outlet) -> str:
        return outlet.feed_address

    def feed_guid(self, outlet: Outlet) -> str:
        return outlet.feed_address

    def author_name(self, outlet: Outlet) -> str:
        return settings.WAGTAIL_SITE_NAME

    def items(self, outlet: Outlet) -> list[FeedItem]:
        return newest_whole(outlet.place)

    def item_title(self, item: FeedItem) -> str:
        return printable(item.article.title)

    def item_description(self, item: FeedItem) -> str:
        return printable(item.article.summary)

    def item_link(self, item: FeedItem) -> str:
        return item.article.full_url

    def item_guid(self, item: FeedItem) -> str:
        # An article that moves to another channel has another address and is still the same.
        return f"{settings.BASE_URL}/#{item.article.content_key}"

    item_guid_is_permalink = False

    def item_author_name(self, item: FeedItem) -> str | None:
        return printable("、".join(b.author.name for b in item.article.bylines.all())) or None

    def item_pubdate(self, item: FeedItem) -> datetime:
        return timezone.localtime(item.article.published_at)

    def item_updateddate(self, item: FeedItem) -> datetime:
        return modified_at(item.article)

    def item_categories(self, item: FeedItem) -> list[str]:
        tags = (tagged.tag.name for tagged in item.article.tagged_items.all())
        return [printable(name) for name in dict.fromkeys([item.article.channel.name, *tags])]

    def item_enclosures(self, item: FeedItem) -> list[Enclosure]:
        if item.article.picture is None:
            return []
        # A length of 0 says that it isn't known: asking the storage for each would cost more than it is worth.
        return [Enclosure(picture_url(item.article.picture), "0", "image/jpeg")]

    def item_extra_kwargs(self, item: FeedItem) -> dict:
        article = item.article
        return {
            "content": item.body,
            "source": printable(article.source.name) if article.source else "",
            "picture": article.picture,
        }


def site(feed_address: str) -> Outlet:
    uses("river")
    name = settings.WAGTAIL_SITE_NAME
    return Outlet(name, f"{name}的最新报道", "/", feed_address, Place.site())


def channel(feed_address: str, slug: str) -> Outlet:
    found = Channel.objects.get(slug=slug)
    return of_section(found, Place.channel(found), feed_address)


def station(feed_address: str, slug: str) -> Outlet:
    found = Station.objects.get(slug=slug)
    return of_section(found, Place.station(found), feed_address)


def of_section(section: Channel | Station, place: Place, feed_address: str) -> Outlet:
    uses(section.content_key)
    title = f"{section.name} - {settings.WAGTAIL_SITE_NAME}"
    description = section.description or f"{section.name}的最新报道"
    return Outlet(title, description, section.get_absolute_url(), feed_address, place)


def feed(format, outlet_of: Callable[..., Outlet]):
    return fresh(ARTICLES, MAX_AGE)(ArticleFeed(format, outlet_of))


site_rss = feed(RssFeed, site)
channel_rss = feed(RssFeed, channel)
station_rss = feed(RssFeed, station)
atom = feed(AtomFeed, site)
json_feed = feed(JsonFeed, site)
