"""Plan a front: which article stands where, read with a bounded number of queries.

First every block says what it wants, and all lists are read at once, as keys. Then each block takes its articles in the
order of the page, so that none stands twice. At last the articles that found a place are read at once, as cards.

A block whose data is missing, such as a channel that was deleted, is left out, and so is one that fails.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from meiri.delivery.keys import EVERYWHERE, uses
from meiri.delivery.omissions import omit, optional
from meiri.fronts.designs import drawn_as
from meiri.journal.cache import InvalidatingCache
from meiri.journal.content_keys import ARTICLE, PICTURES
from meiri.newsroom.blocks import blocks_of
from meiri.newsroom.cards import Card
from meiri.newsroom.models import Article
from meiri.newsroom.place_kinds import PlaceKind
from meiri.newsroom.river import Listing, Place, newest_at_each, pictured_among
from meiri.sections.models import Design, Station, Topic

TOP_LINES = 7
FLASHES = 7
STATION_LINES = 5
# How many articles a channel block shows, by its shape.
SHAPES = {"lead": 5, "columns": 8, "cards": 4, "lines": 8}
# With fewer pictures a row of them becomes one picture that leads a list.
FEWEST_CARDS = 3
# With fewer articles a list does not fill its row; a picture does.
FEWEST_LINES = 5
# Read beyond what is shown, for those that stand elsewhere on the page already.
SPARE = 14
# Of a topic: articles below its parts, in one part, and looked through for those of a kind.
TOPIC_LINES, TOPIC_PART, TOPIC_READ = 40, 30, 300


@dataclass
class PlannedBlock:
    """One block as the page shows it: its kind, heading, articles, and what else its kind needs."""

    kind: str
    title: str = ""
    url: str = ""
    shape: str = ""
    articles: list[Card] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)
    # What editors call its kind.
    label: str = ""


class ArticlesAtHand:
    """The articles on hand for one page, each given out once.

    What it gives out are lists of keys; `fill` puts the cards in the place of the keys.
    """

    def __init__(self, wanted: dict[Place, int], pinned: list[int]):
        self.lists = newest_at_each(wanted)
        self.pictured = pictured_among({*pinned, *(i for ids in self.lists.values() for i in ids)})
        self.published = Article.objects.in_front(pinned)
        self.used: set[int] = set()
        self.given: list[list] = []

    def take(self, count: int, place: Place | None = None, pinned=(), with_picture: bool = False) -> list:
        """Up to `count` articles: the pinned ones, then the newest of `place` that stand nowhere yet."""
        listed = self.lists.get(place, []) if place else []
        if with_picture:
            listed = [i for i in listed if i in self.pictured]
        wanted = dict.fromkeys([*(i for i in pinned if i in self.published), *listed])
        free = [i for i in wanted if i not in self.used][:count]
        self.used.update(free)
        return self.give(free)

    def without_picture(self, pinned: Iterable[int]) -> list[int]:
        """Those of the pinned articles that readers could see, but for a picture."""
        return [i for i in pinned if i in self.published and i not in self.pictured]

    def give(self, keys: Iterable[int]) -> list:
        """These articles, wherever else they stand."""
        given = list(keys)
        self.given.append(given)
        return given

    def fill(self) -> None:
        """Put cards for keys in every list that was given out; an article that is gone by now leaves it. One query."""
        keys = dict.fromkeys(i for given in self.given for i in given)
        cards = {card.pk: card for card in Article.objects.in_order(list(keys))}
        for given in self.given:
            given[:] = [cards[i] for i in given if i in cards]


# They change seldom. Nobody alters these objects: all pages of a process share them.
_stations: InvalidatingCache[str, list[Station]] = InvalidatingCache(1, EVERYWHERE)


def visible_stations() -> list[Station]:
    # Every change of a station is one of the navigation.
    return _stations.one("stations", lambda: (list(Station.objects.visible()), ()))


@dataclass(frozen=True)
class BesideArticles:
    """What home shows beside articles: the stations, and what gives the newest topics and the newest issue of the magazine."""

    stations: Sequence[Station]
    newest_topics: Callable[[], Sequence]
    newest_issue: Callable[[], Any]


def raw_ids(values) -> list[int]:
    """The keys that a chooser list holds, without fetching what they point to."""
    return [v.pk for v in values if v is not None]


@dataclass(frozen=True)
class ChosenBlock:
    """A block as editors laid it out."""

    kind: str
    label: str
    value: Any


def plan_home(
    body, newest_topics: Callable[[], Sequence], newest_issue: Callable[[], Any]
) -> list[PlannedBlock]:
    """The blocks of a home page, ready to draw. The pages that it shows beside articles are asked for where a block does."""
    blocks = laid_out(body)
    stations = visible_stations() if any(block.kind == "stations" for block in blocks) else []
    wanted: dict[Place, int] = {}
    pinned: list[int] = []
    shown = []
    for laid in blocks:
        with optional(laid.label):
            if reason := what_is_missing(laid):
                omit(laid.label, reason)
                continue
            for place, count in lists_for(laid, stations).items():
                wanted[place] = max(wanted.get(place, 0), count)
            pinned += pinned_in(laid)
            shown.append(laid)
    page = ArticlesAtHand(wanted, pinned)
    beside = BesideArticles(stations, newest_topics, newest_issue)
    drawn: list[PlannedBlock] = []
    for laid in shown:
        with optional(laid.label):
            block = DRAW[laid.kind](laid.value, page, beside)
            block.label = laid.label
            if (
                laid.kind == "channel"
                and drawn
                and (drawn[-1].kind, drawn[-1].shape) == ("channel", block.shape)
                and len(block.articles) >= FEWEST_LINES
            ):
                block.shape = "columns" if block.shape != "columns" else "lines"
            drawn.append(block)
    page.fill()
    return drawn


def laid_out(body) -> list[ChosenBlock]:
    """The blocks of a body that can be read."""
    return [
        ChosenBlock(child.block_type, str(child.block.label), child.value)
        for child in blocks_of(body, "版面")
    ]


def what_is_missing(block: ChosenBlock) -> str:
    """Why a block of home can't be shown, in words for editors; empty where it can."""
    if block.kind in ("top", "channel") and block.value["channel"] is None:
        return "所选的频道已经删除，请在“首页”的版面中改选频道或移除这一块。"
    return ""


def lists_for(block: ChosenBlock, stations: Iterable[Station]) -> dict[Place, int]:
    """The lists that a block takes its articles from, and how many of each are read."""
    value = block.value
    match block.kind:
        case "top":
            lists = {Place.channel(value["channel"]): TOP_LINES + 1 + SPARE}
            if value["flashes"]:
                place = Place.channel(value["flashes"])
                lists[place] = max(lists.get(place, 0), FLASHES + SPARE)
            return lists
        case "channel":
            return {Place.channel(value["channel"]): SHAPES[value["shape"]] + SPARE}
        case "carousel" | "pictures":
            return {Place(PlaceKind.PICTURED): value["count"] * 2 + SPARE}
        case "stations":
            return {Place.station(station): STATION_LINES for station in stations}
    return {}


def pinned_in(block: ChosenBlock) -> list[int]:
    """The keys of the articles that editors chose for a block."""
    match block.kind:
        case "top":
            return raw_ids([block.value["lead"]])
        case "channel" | "carousel":
            return raw_ids(block.value["pinned"])
    return []


def draw_top(value, page: ArticlesAtHand, beside: BesideArticles) -> PlannedBlock:
    channel = value["channel"]
    uses(channel.content_key)
    place = Place.channel(channel)
    lead = page.take(1, place, raw_ids([value["lead"]]), with_picture=True) or page.take(1, place)
    block = PlannedBlock("top", channel.name, channel.get_absolute_url())
    block.more["lead"] = lead
    block.articles = page.take(TOP_LINES, place)
    if flashes := value["flashes"]:
        uses(flashes.content_key)
        block.more |= {
            "flashes": page.take(FLASHES, Place.channel(flashes)),
            "flashes_title": flashes.name,
            "flashes_url": flashes.get_absolute_url(),
        }
    return block


def draw_carousel(value, page: ArticlesAtHand, beside: BesideArticles) -> PlannedBlock:
    uses(PICTURES)
    pinned = raw_ids(value["pinned"])
    if bare := page.without_picture(pinned):
        uses(*(ARTICLE.key(i) for i in bare))
        for title in Article.objects.filter(pk__in=bare).values_list("title", flat=True):
            omit("焦点图", f"指定的稿件“{title}”没有题图，请为它配上题图或改选稿件。")
    pinned = [i for i in pinned if i not in bare]
    articles = page.take(value["count"], Place(PlaceKind.PICTURED), pinned, with_picture=True)
    return PlannedBlock("carousel", value["title"], articles=articles)


def draw_channel(value, page: ArticlesAtHand, beside: BesideArticles) -> PlannedBlock:
    channel, shape = value["channel"], str(value["shape"])
    uses(channel.content_key)
    pinned = raw_ids(value["pinned"])
    place = Place.channel(channel)
    if shape == "cards":
        articles = page.take(SHAPES[shape], place, pinned, with_picture=True)
        if len(articles) < FEWEST_CARDS:  # too few pictures for a row of them
            shape = "lead"
            articles += page.take(SHAPES[shape] - len(articles), place)
    else:
        articles = page.take(SHAPES[shape], place, pinned)
        if len(articles) < FEWEST_LINES and not page.pictured.isdisjoint(articles):
            shape = "lead"
    if shape == "lead":  # with a picture where there is one
        articles.sort(key=lambda i: i not in page.pictured)
    return PlannedBlock("channel", channel.name, channel.get_absolute_url(), shape, articles)


def draw_pictures(value, page: ArticlesAtHand, beside: BesideArticles) -> PlannedBlock:
    articles = page.take(value["count"], Place(PlaceKind.PICTURED), with_picture=True)
    return PlannedBlock("pictures", value["title"], articles=articles)


def draw_stations(value, page: ArticlesAtHand, beside: BesideArticles) -> PlannedBlock:
    """Tabs of the stations with the freshest articles; the others as links."""
    stations = beside.stations
    lists = [(station, page.lists.get(Place.station(station), [])) for station in stations]
    fresh = [(station, ids) for station, ids in lists if ids]
    times = Article.objects.times_of([ids[0] for _, ids in fresh])
    fresh = [pair for pair in fresh if pair[1][0] in times]
    fresh.sort(key=lambda pair: times[pair[1][0]], reverse=True)
    tabs = [(station, page.give(ids[:STATION_LINES])) for station, ids in fresh[: value["count"]]]
    uses(*(station.content_key for station in stations))
    return PlannedBlock("stations", value["title"], "/difang/", more={"tabs": tabs, "stations": stations})


def draw_topics(value, page: ArticlesAtHand, beside: BesideArticles) -> PlannedBlock:
    return PlannedBlock("topics", value["title"], "/zhuanti/", more={"topics": beside.newest_topics()})


def draw_magazine(value, page: ArticlesAtHand, beside: BesideArticles) -> PlannedBlock:
    return PlannedBlock("magazine", value["title"], "/zazhi/", more={"issue": beside.newest_issue()})


def draw_titled(kind: str):
    return lambda value, page, beside: PlannedBlock(kind, value["title"])


DRAW: dict[str, Callable[..., PlannedBlock]] = {
    "top": draw_top,
    "carousel": draw_carousel,
    "channel": draw_channel,
    "pictures": draw_pictures,
    "stations": draw_stations,
    "topics": draw_topics,
    "magazine": draw_magazine,
    "hot": draw_titled("hot"),
    "friend_links": draw_titled("friend_links"),
}


@dataclass(frozen=True)
class TopicSection:
    """A part of a topic's page. `anchor`: where its heading is found on the page, empty without one. `drawn`: what the template of
    its design shows beside the articles."""

    block: ChosenBlock
    articles: list[Card]
    anchor: str = ""
    drawn: dict[str, Any] = field(default_factory=dict)

    @property
    def heading(self) -> str:
        return self.block.value["heading"] if self.anchor else ""


def plan_topic(body, topic: Topic | None, design: str = Design.STANDARD) -> dict:
    """The parts of a topic's page with their articles and, below them, in its own design the newest of its river that stand in
    none. At most five queries, and one for each part whose design names who signs."""
    place = Place.topic(topic) if topic else None
    blocks = laid_out(body)
    of_kind = newest_by_kind(place) if place and any(map(filled_with, blocks)) else {}
    own = [own_keys(block) for block in blocks]
    # What editors chose for one part, no other part takes for itself.
    pinned = {i for ids in own for i in ids}
    wanted = [
        [*ids, *(i for i in of_kind.get(filled_with(block), []) if i not in pinned)]
        for ids, block in zip(own, blocks, strict=True)
    ]
    page = ArticlesAtHand({place: TOPIC_LINES + SPARE} if place else {}, [i for ids in wanted for i in ids])
    taken = [page.take(TOPIC_PART, pinned=ids) for ids in wanted]
    articles = page.take(TOPIC_LINES, place)
    page.fill()
    sections = [
        TopicSection(
            block,
            shown,
            f"fenlan-{number}" if block.kind in ("articles", "timeline") else "",
            drawn_as(block.value["design"], shown) if block.kind == "articles" else {},
        )
        for number, (block, shown) in enumerate(zip(blocks, taken, strict=True), start=1)
    ]
    return {"sections": sections, "articles": articles, **drawn_as(design, articles)}


def own_keys(block: ChosenBlock) -> list[int]:
    """The articles that editors chose for a part of a topic."""
    return raw_ids(block.value["articles"]) if block.kind == "articles" else []


def filled_with(block: ChosenBlock) -> str:
    """The kind of articles that a part of a topic takes by itself; empty for none."""
    return (block.value.get("fills_with") or "") if block.kind == "articles" else ""


def newest_by_kind(place: Place) -> dict[str, list[int]]:
    """The keys of the newest articles of a topic by their kind. One query."""
    rows = Listing.objects.at(place).newest().values_list("article__kind", "article_id")[:TOPIC_READ]
    found: dict[str, list[int]] = {}
    for kind, key in rows:
        found.setdefault(kind, []).append(key)
    return found
