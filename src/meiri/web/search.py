"""The search page."""

from datetime import date

from django.shortcuts import render

from meiri.newsroom.keyset import Cursor
from meiri.search.query import Query, QueryTooLong, search
from meiri.sections.models import Channel, Station
from meiri.web.breadcrumbs import breadcrumbs

SHOWN = 20


def results(request):
    """Search by `?q=&channel=&station=&from=&to=`. What can't be read of them is left out and said."""
    asked = request.GET
    words = " ".join(asked.get("q", "").split())
    query = Query(
        words,
        Channel.objects.filter(slug=asked.get("channel", "")).first() if asked.get("channel") else None,
        Station.objects.filter(slug=asked.get("station", "")).first() if asked.get("station") else None,
        a_day(asked.get("from", "")),
        a_day(asked.get("to", "")),
    )
    articles, older, message, status = [], "", "", 200
    if words:
        try:
            articles = search(query, SHOWN + 1, Cursor.parse(asked.get("before", "")))
        except QueryTooLong as error:
            message, status = str(error), 400
    if len(articles) > SHOWN:
        kept = asked.copy()
        kept["before"] = str(articles[SHOWN - 1].cursor)
        older = f"?{kept.urlencode()}"
    context = {
        "words": words[:100],
        "query": query,
        "articles": articles[:SHOWN],
        "older": older,
        "message": message,
        "channels": Channel.objects.visible(),
        "crumbs": breadcrumbs([("检索", "/search/")]),
    }
    return render(request, "web/search.html", context, status=status)


def a_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
