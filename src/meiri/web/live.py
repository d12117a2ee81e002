"""Live coverages for readers: their list, a coverage, one entry by itself, and what changed last of a coverage."""

from collections.abc import Iterable

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from meiri.asked_numbers import LARGEST_ID, asked_position
from meiri.delivery.editions import is_for_minors
from meiri.delivery.keys import uses
from meiri.delivery.omissions import optional
from meiri.delivery.rendering import page
from meiri.journal.content_keys import COVERAGES
from meiri.live.models import Coverage, EntryState, LiveEntry, entries_to_read, with_bodies
from meiri.newsroom.body.pictures import feed_address
from meiri.newsroom.body.stream import keys_in_body
from meiri.sections.minors import is_set_apart
from meiri.syndication.live_blog import live_blog_posting
from meiri.syndication.structured_data import breadcrumb_list
from meiri.web.breadcrumbs import breadcrumbs
from meiri.web.minors_notice import minors_notice

# Entries on a page; coverages in the list; the changes that are kept for those who follow a coverage.
SHOWN, LISTED, CHANGES = 50, 30, 40


@page(varies_by=("before",))
def coverages(request):
    """The list of coverages, newest first. One query."""
    before = asked_position(request)
    uses(COVERAGES)
    found = list(Coverage.objects.to_read().in_front().newest(LISTED + 1, before))
    shown = found[:LISTED]
    context = {
        "coverages": shown,
        "next": shown[-1].pk if len(found) > LISTED else None,
        "crumbs": breadcrumbs([("直播", request.path)]),
    }
    return render(request, "web/live_index.html", context)


@page(varies_by=("before",))
def coverage(request, coverage_id: int):
    """A coverage with its newest entries; `?before=` leads to older ones. The same number of queries for any number of entries
    of the same kinds of blocks."""
    found = _coverage_to_read(coverage_id)
    if is_set_apart(found):
        return minors_notice(request, found, found.text_address)
    return _entries_page(request, found)


@page(varies_by=("before",))
def set_apart_coverage(request, coverage_id: int):
    """The entries of a coverage that may harm minors, behind its notice. Of any other, the way to its page."""
    found = _coverage_to_read(coverage_id)
    if not is_set_apart(found):
        return redirect(found)
    return minors_notice(request, found, "") if is_for_minors() else _entries_page(request, found)


def _entries_page(request, found: Coverage):
    before = asked_position(request)
    entries, has_older = entries_to_read(found, SHOWN, before)
    pinned = with_bodies(list(found.entries.to_read().pinned()[:SHOWN])) if before is None else []
    _note_what_they_show([*entries, *pinned])
    crumbs = breadcrumbs(
        [found.channel, ("直播", reverse("live-coverages")), (found.title, found.get_absolute_url())]
    )
    picture = found.picture
    image = feed_address(picture) if picture and not is_set_apart(found) else ""
    structured: list[dict] = []
    if not is_set_apart(found):
        with optional("结构化数据"):
            standing = [entry for entry in entries if entry.state == EntryState.SHOWN]
            structured = [live_blog_posting(found, standing, image), breadcrumb_list(crumbs)]
    context = {
        "coverage": found,
        "entries": entries,
        "pinned": pinned,
        "next": entries[-1].number if has_older else None,
        "is_first": before is None,
        "share_image": image,
        "structured": structured,
        "crumbs": crumbs,
    }
    return render(request, "web/live.html", context)


@page
def entry(request, coverage_id: int, number: int):
    """One entry by itself, with the way to its coverage. A withdrawn one says so (410)."""
    found = _coverage_to_read(coverage_id)
    if is_set_apart(found):
        return minors_notice(request, found, f"{found.text_address}#entry-{number}")
    entry = found.entries.to_read().filter(number=number).first()
    if entry is None:
        raise Http404
    entry.coverage = found
    _note_what_they_show([entry])
    crumbs = breadcrumbs(
        [found.channel, (found.title, found.get_absolute_url()), (f"第 {number} 条", request.path)]
    )
    context = {"coverage": found, "entry": entry, "crumbs": crumbs}
    status = 410 if entry.state == EntryState.WITHDRAWN else 200
    return render(request, "web/live_entry.html", context, status=status)


@page
def changes(request, coverage_id: int):
    """What changed last of a coverage, oldest change first, each in a `template` with its number: for whoever follows it.

    `data-since` of the first element is the number of the change before these: who knows less asks for the page.
    """
    found = _coverage_to_read(coverage_id)
    changed = list(found.entries.to_read().changed_last(CHANGES + 1))
    since = changed[CHANGES].change if len(changed) > CHANGES else 0
    shown = with_bodies(changed[:CHANGES][::-1])
    _note_what_they_show(shown)
    context = {"coverage": found, "changed": shown, "since": since}
    return render(request, "web/live_changes.html", context)


def _coverage_to_read(coverage_id: int) -> Coverage:
    if coverage_id > LARGEST_ID:
        raise Http404
    found = Coverage.objects.to_read().filter(pk=coverage_id).first()
    if found is None:
        raise Http404
    uses(found.content_key)
    if found.article:
        uses(found.article.content_key)
    return found


def _note_what_they_show(entries: Iterable[LiveEntry]) -> None:
    for entry in entries:
        uses(*keys_in_body(entry.body.raw_data))
        if entry.article:
            uses(entry.article.content_key)
