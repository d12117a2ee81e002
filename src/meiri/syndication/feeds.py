"""The feeds: RSS of the site, of each channel and of each station; Atom and JSON Feed of the site."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import escape

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.utils.feedgenerator import Enclosure, SyndicationFeed
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from meiri.delivery.editions import person
from meiri.delivery.keys import EVERYWHERE, uses
from meiri.delivery.omissions import optional
from meiri.delivery.rendering import page
from meiri.identity import site_name
from meiri.journal.cache import InvalidatingCache
from meiri.journal.content_keys import RIVER
from meiri.newsroom.body.stream import keys_in_body
from meiri.newsroom.clock import local, zoned
from meiri.newsroom.corrections import Correction, standing_corrections_of
from meiri.newsroom.models import Article, ArticleTag, Byline, Listing
from meiri.newsroom.river import Place
from meiri.sections.models import Channel, Section, Station, Subsection
from meiri.syndication.article_html import bodies_of, picture_url, printable
from meiri.syndication.feed_formats import AtomFeed, JsonFeed, RssFeed
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
    """What feeds tell of an article, in the form that `SyndicationFeed` takes; the content keys that it was made of, and
    the people whom it names."""

    told: dict
    keys: tuple[str, ...]
    people: tuple[str, ...]


# One publication changes a handful of feeds, which tell mostly the same articles.
_items: InvalidatingCache[int, FeedItem] = InvalidatingCache(4 * LENGTH, EVERYWHERE)


def newest_whole(place: Place, count: int = LENGTH) -> list[FeedItem]:
    """The newest articles of a place with everything that a feed tells of them. Two queries, and those for articles that
    are not at hand."""
    ids = list(Listing.objects.at(place).newest().values_list("article_id", flat=True)[:count])
    found = _items.get(ids, read_whole)
    return [found[i] for i in ids if i in found]


def read_whole(ids: list[int]) -> dict[int, tuple[FeedItem, tuple[str, ...]]]:
    """The live articles among `ids` as items and the keys of what they show. Four queries and those of the bodies."""
    articles = list(
        Article.objects.live()
        .filter(pk__in=ids)
        .select_related("channel", "source", "picture")
        .prefetch_related(
            Prefetch("bylines", Byline.objects.select_related("author")),
            Prefetch("tagged_items", ArticleTag.objects.select_related("tag")),
        )
    )
    corrected = standing_corrections_of([a.pk for a in articles])
    made: dict[int, FeedItem] = {}
    for a, body in zip(articles, bodies_of(articles), strict=True):
        with optional(f"稿件“{a.title}”"):
            made[a.pk] = item_of(a, body + corrections_html(corrected.get(a.pk, ())))
    return {pk: (item, item.keys) for pk, item in made.items()}


def corrections_html(corrections: Iterable[Correction]) -> str:
    """What stands below a body: readers of a feed are told of errors as those of the page are."""
    return "".join(
        f"<p>更正（{local(c.published_at):%Y-%m-%d %H:%M}）：{escape(printable(c.sentence))}</p>"
        for c in corrections
    )


def item_of(article: Article, body: str) -> FeedItem:
    authors = [byline.author for byline in article.bylines.all()]
    sections = [
        *([article.channel.name] if article.channel else []),
        *(tagged.tag.name for tagged in article.tagged_items.all()),
    ]
    picture = picture_url(article.picture) if article.picture else ""
    items = SyndicationFeed(title="", link="", description="")
    items.add_item(
        title=printable(article.title),
        link=article.full_url,
        description=printable(article.summary),
        author_name=printable("、".join(a.name for a in authors)) or None,
        pubdate=zoned(article.published_at),
        updateddate=modified_at(article),
        # An article that moves to another channel has another address and is still the same.
        unique_id=f"{settings.BASE_URL}/#{article.content_key}",
        unique_id_is_permalink=False,
        categories=[printable(name) for name in dict.fromkeys(sections)],
        # A length of 0 says that it isn't known: asking the storage for each would cost more than it is worth.
        enclosures=[Enclosure(picture, "0", "image/jpeg")] if picture else [],
        content=body,
        source=printable(article.source.name) if article.source else "",
        picture=picture,
        ai_source_type=article.ai_source_type,
        ai_label=printable(article.ai_label),
        drawn={},
    )
    keys = [thing.content_key for thing in (article, article.source, article.picture) if thing]
    keys += [a.byline_key for a in authors] + keys_in_body(article.body.raw_data)
    return FeedItem(items.items[0], tuple(keys), tuple(a.name for a in authors))


def site(feed_address: str) -> Outlet:
    uses(RIVER)
    name = site_name()
    return Outlet(name, f"{name}的最新报道", "/", feed_address, Place.site())


def channel(feed_address: str, slug: str) -> Outlet:
    found = Channel.objects.get(slug=slug)
    return of_section(found, Place.channel(found), feed_address)


def station(feed_address: str, slug: str) -> Outlet:
    found = Station.objects.get(slug=slug)
    return of_section(found, Place.station(found), feed_address)


def channel_subsection(feed_address: str, slug: str, word: str) -> Outlet:
    return of_subsection(Channel.objects.get(slug=slug), word, feed_address)


def station_subsection(feed_address: str, slug: str, word: str) -> Outlet:
    return of_subsection(Station.objects.get(slug=slug), word, feed_address)


def of_subsection(parent: Channel | Station, word: str, feed_address: str) -> Outlet:
    uses(parent.content_key)
    found = Subsection.objects.of(parent).with_parents().get(slug=word)
    return of_section(found, Place.subsection(found), feed_address, found.full_name)


def of_section(section: Section, place: Place, feed_address: str, name: str = "") -> Outlet:
    uses(section.content_key)
    name = name or section.name
    title = f"{name} - {site_name()}"
    description = section.description or f"{name}的最新报道"
    return Outlet(title, description, section.get_absolute_url(), feed_address, place)


def feed(format: type[SyndicationFeed], outlet_of: Callable[..., Outlet]):
    """A view: the newest articles of an outlet in one format."""

    @page
    @require_safe
    @cache_control(public=True, max_age=MAX_AGE)
    def view(request, **address):
        try:
            outlet = outlet_of(settings.BASE_URL + request.path, **address)
        except ObjectDoesNotExist:
            raise Http404 from None
        document = format(
            title=printable(outlet.title),
            link=settings.BASE_URL + outlet.address,
            description=printable(outlet.description),
            subtitle=printable(outlet.description),
            language="zh-cn",
            author_name=site_name(),
            feed_url=outlet.feed_address,
            feed_guid=outlet.feed_address,
        )
        for item in newest_whole(outlet.place):
            uses(*item.keys)
            for name in item.people:
                person(name)
            document.items.append(item.told)
        response = HttpResponse(content_type=document.content_type)
        document.write(response, "utf-8")
        return response

    return view


site_rss = feed(RssFeed, site)
channel_rss = feed(RssFeed, channel)
station_rss = feed(RssFeed, station)
channel_subsection_rss = feed(RssFeed, channel_subsection)
station_subsection_rss = feed(RssFeed, station_subsection)
atom = feed(AtomFeed, site)
json_feed = feed(JsonFeed, site)
