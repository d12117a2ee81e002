"""Fronts that make themselves from the river: channels, stations, authors, tags."""

from functools import wraps

from django.http import Http404, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.text import Truncator

from meiri.delivery.keys import uses
from meiri.delivery.rendering import page
from meiri.fronts.designs import by_hour, drawn_as
from meiri.fronts.pages import position_in, related
from meiri.fronts.station_fronts import lead_of
from meiri.fronts.views import laid_out
from meiri.identity import identity
from meiri.journal.content_keys import AUTHOR, TAG
from meiri.newsroom.models import Article, Author
from meiri.newsroom.river import Place, newest_at_each
from meiri.newsroom.tags import tag_address, tag_at
from meiri.sections.models import Channel, Design, Section, Station, Subsection, subsections_of
from meiri.staff.models import PressCard
from meiri.web.breadcrumbs import breadcrumbs

SHOWN = 30


def of_channel(view):
    """For a view of a channel's address: where there is no such channel, a page that editors laid out may stand there."""

    @wraps(view)
    def channel_or_page(request, slug, **parts):
        channel = Channel.objects.filter(slug=slug).first()
        return view(request, channel, **parts) if channel else laid_out(request, request.path_info[1:])

    return channel_or_page


@page(varies_by=("before",))
@of_channel
def channel(request, channel):
    return section_front(request, channel, Place.channel(channel), [channel], channel)


@page(varies_by=("before",))
@of_channel
def channel_subsection(request, channel, word):
    found = subsection_or_404(channel, word)
    return section_front(request, found, Place.subsection(found), [channel, found], channel)


@page(varies_by=("before",))
def station(request, slug):
    station = get_object_or_404(Station, slug=slug)
    crumbs = [(identity().stations, "/difang/"), station]
    return section_front(request, station, Place.station(station), crumbs, station)


@page(varies_by=("before",))
def station_subsection(request, slug, word):
    station = get_object_or_404(Station, slug=slug)
    found = subsection_or_404(station, word)
    crumbs = [(identity().stations, "/difang/"), station, found]
    return section_front(request, found, Place.subsection(found), crumbs, station)


def subsection_or_404(parent: Channel | Station, word: str) -> Subsection:
    found = get_object_or_404(Subsection.objects.of(parent).with_parents(), slug=word)
    uses(found.content_key)
    return found


def section_front(request, section: Section, place: Place, crumbs: list, parent: Channel | Station):
    """The front of a channel, a station or one of their sub-columns; `parent` is the section itself where it is none of these."""
    uses(parent.content_key)
    is_first = "before" not in request.GET
    station_front = related(parent, "front") if isinstance(parent, Station) else None
    return front(
        request,
        "web/section.html",
        section,
        place,
        crumbs,
        lead_of(station_front) if station_front and section == parent and is_first else None,
        section=section,
        parent=parent,
        is_station=isinstance(parent, Station),
        station_front=station_front,
        grows=is_first and isinstance(section, Channel),
        subsections=subsections_of(parent),
    )


@page(varies_by=("before",))
def author(request, slug):
    author = get_object_or_404(Author, slug=slug)
    uses(AUTHOR.key(author.pk), author.byline_key)
    card = PressCard.objects.filter(author=author).only("name").first()
    return front(
        request, "web/author.html", author, Place.author(author), author=author, card=card, crumbs=[author]
    )


@page(varies_by=("before",))
def tag(request, word):
    """The articles of a tag. Under its name, which addresses once held, it redirects."""
    tag = tag_at(word)
    if tag is None:
        raise Http404
    address = tag_address(tag)
    if word != tag.slug:
        query = request.META.get("QUERY_STRING", "")
        return HttpResponsePermanentRedirect(f"{address}{'?' if query else ''}{query}")
    uses(TAG.key(tag.pk))
    crumbs = [(tag.name, address)]
    return front(request, "web/tag.html", tag, Place.tag(tag), tag=tag, address=address, crumbs=crumbs)


def front(request, template, subject, place, crumbs, chosen=None, **context):
    """The newest articles of a place; with `?before=` the ones older than that position. `chosen`: the card of the lead, where
    editors chose one."""
    cursor = position_in(request)
    articles = Article.objects.newest_at(place, SHOWN + 1, cursor)
    older = str(articles[SHOWN - 1].cursor) if len(articles) > SHOWN else ""
    articles = articles[:SHOWN]
    if chosen:
        articles = [chosen, *(a for a in articles if a != chosen)]
    context |= {
        "subject": subject,
        "articles": articles,
        "lead": chosen or (next((a for a in articles[:5] if a.picture), None) if cursor is None else None),
        "older": older,
        "is_first": cursor is None,
        **drawn_as(getattr(subject, "design", Design.STANDARD), articles),
        "crumbs": breadcrumbs(crumbs),
        "description": Truncator(getattr(subject, "description", "") or getattr(subject, "bio", "")).chars(
            150
        ),
    }
    return render(request, template, context)


@page
def newest(request, slug):
    """The newest lines of a channel that is drawn as a timeline, for whoever has its front open."""
    section = get_object_or_404(Channel, slug=slug)
    uses(section.content_key)
    articles = Article.objects.newest_at(Place.channel(section), SHOWN)
    return render(request, "web/designs/hours.html", {"hours": by_hour(articles)})


@page
def stations(request):
    """All stations by region, each with its newest headlines."""
    stations = list(Station.objects.visible())
    lists = newest_at_each({Place.station(s): 3 for s in stations})
    cards = {a.pk: a for a in Article.objects.in_order([i for ids in lists.values() for i in ids])}
    uses(*(s.content_key for s in stations))
    entries = [(s, [cards[i] for i in lists[Place.station(s)] if i in cards]) for s in stations]
    regions: dict[str, list] = {}
    for entry in entries:
        regions.setdefault(entry[0].get_region_display(), []).append(entry)
    context = {"regions": regions, "crumbs": breadcrumbs([(identity().stations, "/difang/")])}
    return render(request, "web/station_index.html", context)
