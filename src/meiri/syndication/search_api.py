"""The public API's search."""

from datetime import date, datetime

from django.http import HttpResponse
from ninja import Field, Query, Router, Schema
from ninja.errors import HttpError

from meiri.search import query as searching
from meiri.search.ranking import Hit, Position, Sort, find
from meiri.sections.models import Channel, Station
from meiri.syndication.articles_api import MOST, Problem, line, next_page, section_named

router = Router()


class SearchHit(Schema):
    id: int
    title: str
    url: str
    summary: str
    highlight: str = Field(description="The title as HTML, what was asked for inside <mark>.")
    published_at: datetime = Field(description="Beijing time.")
    channel: str = Field(description="The channel's address word.")
    source: str
    score: float = Field(description="From 0 to 1, the better the higher.")


class SearchHits(Schema):
    total: int = Field(description="How many were found in all.")
    results: list[SearchHit]
    next: str | None = Field(description="Path and query of the next page; null on the last.")


@router.get(
    "/search/",
    response={200: SearchHits, 400: Problem, 422: Problem},
    tags=["search"],
    summary="Search published articles",
)
def get_search(
    request,
    response: HttpResponse,
    q: str = Query(..., description=f"Words, at most {searching.LONGEST_QUERY} characters."),
    limit: int = Query(20, ge=1, le=MOST),
    channel: str = Query("", description="An address word, see /channels/."),
    station: str = Query("", description="An address word, see /stations/."),
    since: str = Query("", alias="from", description="The first day, as 2026-11-23."),
    until: str = Query("", alias="to", description="The last day, as 2026-11-24."),
    sort: str = Query("", description="relevance (where nothing is said) or newest."),
    cursor: str = Query("", description="Where the page begins; take it from `next`."),
):
    words = " ".join(q.replace("\0", " ").split())
    if not words:
        raise HttpError(400, "请给出检索词 q。")
    if sort and sort not in list(Sort):
        raise HttpError(400, "参数 sort 只能是 relevance 或 newest。")
    after = Position.parse(cursor)
    if cursor and after is None:
        raise HttpError(400, "参数 cursor 有误，请照抄上一页的 next。")
    query = searching.Query(
        words,
        section_named(Channel, channel),
        section_named(Station, station),
        a_day("from", since),
        a_day("to", until),
    )
    try:
        found = find(query, Sort(sort or Sort.RELEVANCE), limit, after)
    except searching.QueryTooLong as error:
        raise HttpError(400, str(error)) from error
    response["Cache-Control"] = "public, max-age=30"
    return SearchHits(
        total=found.total,
        results=[hit_out(hit) for hit in found.hits],
        next=next_page(request, found.next) if found.next else None,
    )


def hit_out(hit: Hit) -> SearchHit:
    return SearchHit(**dict(line(hit.article)), highlight=hit.highlight, score=hit.score)


def a_day(name: str, text: str) -> date | None:
    """The day that `text` says, None for no text. Raises 400 for what is no day."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise HttpError(400, f"参数 {name} 应为日期，如 2026-11-23。") from None
