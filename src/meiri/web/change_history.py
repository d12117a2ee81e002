"""/corrections/42/, /corrections/page/12/: what became of something after it was published first (修改记录), newest first."""

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from meiri.asked_numbers import LARGEST_ID, asked_position
from meiri.changes.change_wording import wordings_of
from meiri.changes.models import changes_of
from meiri.changes.things import find_thing
from meiri.changes.version_numbers import erasures_of, numbers_of
from meiri.delivery.keys import uses
from meiri.delivery.rendering import page
from meiri.search.comparing import differing
from meiri.web.breadcrumbs import breadcrumbs

SHOWN = 20


@page(varies_by=("before",))
def changes(request, article_id: int):
    return _changes(request, "article", article_id, reverse("article-changes", args=[article_id]))


@page(varies_by=("before",))
def changes_of_thing(request, word: str, number: int):
    if word == "article":
        raise Http404  # it has its own address
    return _changes(request, word, number, reverse("changes", args=[word, number]))


def _changes(request, word: str, number: int, address: str):
    """What was changed, when, of which kind, why. Of what was withdrawn too. Six queries, and those of what the thing is part of."""
    before = asked_position(request)
    found = find_thing(word, number) if number <= LARGEST_ID else None
    if found is None:
        raise Http404
    kind, row = found
    try:
        thing = kind.describe(row)
    except ObjectDoesNotExist:  # what it stands in is gone
        thing = None
    if thing is None:
        raise Http404
    uses(*thing.keys)
    name = kind.name(row)
    newest = changes_of(name, SHOWN + 1, before)
    shown = newest[:SHOWN]
    wordings = wordings_of(thing, shown)
    is_article = word == "article"
    numbers, erased = (numbers_of(name, shown), erasures_of(name)) if is_article else ({}, {})
    sentences = {pk: differing(*wording) for pk, wording in wordings.items()}
    # What was withdrawn is neither named nor led to.
    title = f"已撤下的{kind.label}" if thing.is_withdrawn else thing.title
    led_to = "" if thing.is_withdrawn else thing.address
    crumbs = [(title, led_to)] if led_to else []
    context = {
        "thing": thing,
        "is_article": is_article,
        "thing_number": number,
        "page_address": address,
        "title": title,
        "led_to": led_to,
        "changes": [(change, sentences.get(change.pk), numbers.get(change.pk)) for change in shown],
        "erased": erased,
        "next": shown[-1].pk if len(newest) > SHOWN else None,
        "crumbs": breadcrumbs([*crumbs, ("修改记录", request.path)]),
    }
    return render(request, "web/changes.html", context)
