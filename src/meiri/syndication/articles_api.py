"""The public API's part about articles and the sections they are in."""

from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Exists, OuterRef, Prefetch
from django.http import HttpResponse
from ninja import Field, Query, Router, Schema
from ninja.errors import HttpError
from ninja.responses import Status

from meiri.api_problem import Problem
from meiri.asked_numbers import LARGEST_ID
from meiri.journal.read_replica import reads_replica
from meiri.media.documents import kind_of_document
from meiri.media.labelled_media import LabelledMedia
from meiri.media.recording_origins import origin_of
from meiri.newsroom.cards import Card
from meiri.newsroom.clock import zoned
from meiri.newsroom.keyset import Cursor
from meiri.newsroom.models import Article, ArticleTag, Byline, Listing
from meiri.newsroom.place_kinds import PlaceKind
from meiri.newsroom.river import Place
from meiri.sections.minors import is_set_apart
from meiri.sections.models import Channel, Section, Station, Subsection
from meiri.syndication.article_html import bodies_of, picture_url, whole_address
from meiri.syndication.structured_data import modified_at, recordings_in

router = Router()

MOST = 100
S = TypeVar("S", Channel, Station)


class MediaProvenance(Schema):
    """What is known of where a picture, a video or a sound comes from."""

    credit: str
    creator: str
    copyright: str
    source_type: str = Field(
        description="IPTC's digital source type, such as trainedAlgorithmicMedia; empty where it is not known."
    )
    aigc: dict[str, str] | None = Field(
        description="The block of GB 45438-2025 (Label, ContentProducer, ProduceID …) where it has a label; else null."
    )


class Line(Schema):
    """An article as a line in a list."""

    id: int
    title: str
    url: str
    summary: str
    published_at: datetime = Field(description="Beijing time.")
    channel: str = Field(description="The channel's address word.")
    source: str
    kind: str = Field(description="report, flash, gallery, video, interview or opinion.")
    picture: str | None = Field(description="The address of a JPEG.")
    picture_label: str = Field(
        description="1 where artificial intelligence made the picture, 2 where it may have, 3 where that is suspected (GB"
        " 45438-2025), else empty. Say so on the picture."
    )
    ai_use: str = Field(
        description="generated where AI made it, assisted where it helped, none where it did not, empty where nobody said. Mark what"
        " is generated in lists."
    )
    minors_risk: str = Field(
        description="imitation, values, image or privacy where it may harm minors (可能影响未成年人身心健康), else empty. Show a"
        " notice before it, and show it on no first screen, hot list or ranking."
    )


class Lines(Schema):
    results: list[Line]
    next: str | None = Field(description="Path and query of the next page; null on the last.")


class RecordingOut(Schema):
    """A video or a sound of the site's own in the body."""

    title: str
    url: str
    type: str = Field(description="Its media type, such as video/mp4.")
    label: str = Field(
        description="1 where artificial intelligence made it, 2 where it may have, 3 where that is suspected (GB 45438-2025), else"
        " empty. Say so at the player."
    )
    provenance: MediaProvenance | None = Field(description="Null where nothing is known.")


class WholeArticle(Line):
    picture_provenance: MediaProvenance | None
    recordings: list[RecordingOut] = Field(description="In the order of the body.")
    modified_at: datetime
    kicker: str
    subtitle: str
    dateline: str
    authors: list[str]
    editor: str
    stations: list[str] = Field(description="Address words.")
    subsections: list[str] = Field(description="Sub-columns, as `path` in /channels/ and /stations/ says.")
    topics: list[str] = Field(description="Address words.")
    tags: list[str]
    origin: str = Field(description="original, reprint, wire or letter.")
    original_title: str
    original_url: str
    aigc_label: str = Field(
        description="How the text was made by or with AI, in words; show it with the text."
    )
    ai_kinds: list[str] = Field(
        description="What AI made or helped with: text, translation, summary, headline, picture, video, voice, editing, research."
    )
    ai_source_type: str = Field(
        description="The name of its digital source type in the IPTC's vocabulary (http://cv.iptc.org/newscodes/digitalsourcetype/);"
        " empty where readers are told of no AI."
    )
    body: str = Field(description="Clean HTML with whole addresses.")


class Withdrawn(Problem):
    reason: str = Field(description="Why it was withdrawn; may be empty.")


class SectionLine(Schema):
    slug: str
    name: str
    description: str
    url: str
    feed: str = Field(description="The address of its RSS feed.")


class SubsectionOut(SectionLine):
    path: str = Field(description="What `subsection` takes, such as keji/hangtian.")


class SectionOut(SectionLine):
    subsections: list[SubsectionOut] = Field(description="Its sub-columns (子栏目).")


class StationOut(SectionOut):
    region: str


class Sections(Schema):
    results: list[SectionOut]


class Stations(Schema):
    results: list[StationOut]


@router.get(
    "/articles/",
    response={200: Lines, 400: Problem},
    tags=["articles"],
    summary="Published articles, newest first",
)
@reads_replica
def get_articles(
    request,
    response: HttpResponse,
    channel: str = Query("", description="An address word, see /channels/."),
    station: str = Query("", description="An address word, see /stations/."),
    subsection: str = Query(
        "", description="A `path` of /channels/ or /stations/; it names its channel or station too."
    ),
    limit: int = Query(20, ge=1, le=MOST),
    cursor: str = Query("", description="Where the page begins; take it from `next`."),
):
    """Follow `next` to visit each article once, even while new ones arrive. Two queries, and one for each filter."""
    before = Cursor.parse(cursor)
    if cursor and before is None:
        raise HttpError(400, "参数 cursor 有误，请照抄上一页的 next。")
    in_channel, in_station = section_named(Channel, channel), section_named(Station, station)
    place = Place.channel(in_channel) if in_channel else Place.site()
    in_subsection = subsection_at(subsection)
    if in_station:
        place = Place.station(in_station)
    listings = Listing.objects.at(Place.subsection(in_subsection) if in_subsection else place)
    if in_subsection and place.kind != PlaceKind.SITE:
        also = Listing.objects.at(place)
        listings = listings.filter(Exists(also.filter(article=OuterRef("article"))))
    if in_channel and in_station:
        also = Listing.objects.at(Place(PlaceKind.CHANNEL, in_channel.pk))
        listings = listings.filter(Exists(also.filter(article=OuterRef("article"))))
    # The position comes from the list, so that one article more or less on the page doesn't break the walk.
    rows = list(listings.before(before).newest().values_list("published_at", "article_id")[: limit + 1])
    response["Cache-Control"] = "public, max-age=30"
    return Lines(
        results=[line(a) for a in Article.objects.in_order([key for _, key in rows[:limit]])],
        next=next_page(request, Cursor(*rows[limit - 1])) if len(rows) > limit else None,
    )


@router.get(
    "/articles/{article_id}/",
    response={200: WholeArticle, 404: Problem, 410: Withdrawn},
    tags=["articles"],
    summary="An article with its body",
)
@reads_replica
def get_article(
    request,
    response: HttpResponse,
    article_id: int,
    minors: str = Query(
        "", description="`shown`: also the text of what may harm minors; without it, no more than its title."
    ),
):
    articles = Article.objects.select_related("channel", "source", "editor", "picture").prefetch_related(
        Prefetch("bylines", Byline.objects.select_related("author")),
        "stations",
        Prefetch("subsections", Subsection.objects.with_parents()),
        "topics",
        Prefetch("tagged_items", ArticleTag.objects.select_related("tag")),
    )
    found = articles.filter(pk=article_id).first() if 0 < article_id <= LARGEST_ID else None
    if found is None or (not found.live and found.first_published_at is None):
        raise HttpError(404, "没有这篇稿件，或它尚未发布。")
    if not found.live:
        return Status(410, Withdrawn(detail="这篇稿件已撤回。", reason=found.withdrawal_reason))
    response["Cache-Control"] = "public, max-age=30"
    is_whole = minors == "shown" or not is_set_apart(found)
    texts: dict[str, Any] = {
        name: getattr(found, name) if is_whole or name in _TOLD_OF_ALL else "" for name in _AS_THEY_ARE
    }
    return WholeArticle(
        **dict(line(found, is_whole)),
        **texts,
        modified_at=modified_at(found),
        aigc_label=found.ai_label,
        ai_kinds=[kind.value for kind in found.kinds_of_ai],
        ai_source_type=found.ai_source_type,
        authors=[b.author.name for b in found.bylines.all()],
        editor=found.editor.name if found.editor else "",
        stations=[s.slug for s in found.stations.all()],
        subsections=[s.path for s in found.subsections.all()],
        topics=[t.slug for t in found.topics.all()],
        tags=[tagged.tag.name for tagged in found.tagged_items.all()],
        body=bodies_of([found])[0] if is_whole else "",
        picture_provenance=(
            _provenance(found.picture, found.picture.known.rights) if found.picture and is_whole else None
        ),
        recordings=_recordings(found) if is_whole else [],
    )


def _recordings(article: Article) -> list[RecordingOut]:
    found = []
    for value in recordings_in(article, "video", "audio"):
        file = value["file"]
        origin = origin_of(file)
        found.append(
            RecordingOut(
                title=value["title"],
                url=whole_address(file.url),
                type=kind_of_document(file.file.name).content_type,
                label=origin.ai_label if origin else "",
                provenance=_provenance(origin, origin.rights) if origin else None,
            )
        )
    return found


def _provenance(one: LabelledMedia, rights: str) -> MediaProvenance:
    known, block = one.known, one.block()
    credit: str = getattr(one, "credit", "")
    return MediaProvenance(
        credit=credit or known.credit,
        creator=known.creator,
        copyright=rights,
        source_type=one.source_type,
        aigc=block.as_dict() if block else None,
    )


_AS_THEY_ARE = (
    "kicker", "subtitle", "dateline", "origin", "original_title", "original_url",
)  # fmt: skip
_TOLD_OF_ALL = ("origin",)


@router.get("/channels/", response=Sections, tags=["sections"], summary="The channels (频道)")
@reads_replica
def get_channels(request, response: HttpResponse):
    response["Cache-Control"] = "public, max-age=300"
    channels = list(Channel.objects.visible())
    below = by_parent(channel__isnull=False)
    return Sections(results=[SectionOut(**_section(c), subsections=below.get(c.pk, [])) for c in channels])


@router.get("/stations/", response=Stations, tags=["sections"], summary="The provincial stations (地方站)")
@reads_replica
def get_stations(request, response: HttpResponse):
    response["Cache-Control"] = "public, max-age=300"
    stations = list(Station.objects.visible())
    below = by_parent(station__isnull=False)
    return Stations(
        results=[
            StationOut(**_section(s), region=s.region, subsections=below.get(s.pk, [])) for s in stations
        ]
    )


def by_parent(**of_kind) -> dict[int, list[SubsectionOut]]:
    """The sub-columns that readers see, by the keys of the channels or of the stations that they are of. One query."""
    found: dict[int, list[SubsectionOut]] = {}
    for one in Subsection.objects.visible().with_parents().filter(**of_kind):
        found.setdefault(one.parent.pk, []).append(SubsectionOut(**_section(one), path=one.path))
    return found


def line(article: Article | Card, is_whole: bool = True) -> Line:
    """An article, or a card of one; where it is not `is_whole`, without what may harm minors. No query."""
    picture = article.picture if is_whole else None
    return Line(
        id=article.pk,
        title=article.title,
        url=article.full_url,
        summary=article.summary if is_whole else "",
        published_at=zoned(article.published_at),
        channel=article.channel.slug if article.channel else "",
        source=article.source.name if article.source else "",
        kind=article.kind,
        picture=picture_url(picture) if picture and picture.sizes.widths else None,
        picture_label=picture.label.value if picture and picture.label else "",
        ai_use=article.ai_use,
        minors_risk=article.minors_risk,
    )


def section_named(model: type[S], slug: str) -> S | None:
    """The channel or station of that address word, None for no word. Raises 400 for one that there isn't."""
    if not slug:
        return None
    found = model.objects.filter(slug=slug.replace("\0", "")).first()
    if found is None:
        raise HttpError(400, f"没有这个{model._meta.verbose_name}：{slug[:40]}")
    return found


def subsection_at(path: str) -> Subsection | None:
    """The sub-column of that path, None for no path. Raises 400 for one that there isn't."""
    if not path:
        return None
    found = Subsection.objects.at_paths([path.replace("\0", "")])
    if not found:
        raise HttpError(400, f"没有这个子栏目：{path[:80]}")
    return found[0]


def next_page(request, cursor) -> str:
    asked = request.GET.copy()
    asked["cursor"] = str(cursor)
    return f"{request.path}?{asked.urlencode()}"


def _section(section: Section) -> dict:
    address = whole_address(section.get_absolute_url())
    return {
        "slug": section.slug, "name": section.name, "description": section.description,
        "url": address, "feed": f"{address}rss.xml",
    }  # fmt: skip
