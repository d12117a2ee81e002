"""The public API's search."""

from datetime import date, datetime

from django.http import HttpResponse
from ninja import Field, Query, Router, Schema
from ninja.errors import HttpError

from meiri.api_problem import Problem
from meiri.journal.read_replica import reads_replica
from meiri.search import query as searching
from meiri.search.finding import Hit, HitCursor, Sort, find
from meiri.sections.models import Channel, Section, Station
from meiri.syndication.articles_api import MOST, line, next_page, section_named, subsection_at

router = Router()


class SearchHit(Schema):
    id: int
    title: str
    url: str
    summary: str
    highlight: str = Field(
        description="The title as HTML, or else the part of the text, with what was asked for inside <mark>."
    )
    published_at: datetime = Field(description="Beijing time.")
    channel: str = Field(description="The channel's address word.")
    source: str
    score: float = Field(description="The better the higher; 0 where the order is by time.")


class SearchHits(Schema):
    total: int = Field(description="How many were found in all.")
    results: list[SearchHit]
    next: str | None = Field(description="Path and query of the next page; null on the last.")


@router.get(
    "/search/",
    response={200: SearchHits, 400: Problem, 503: Problem},
    tags=["search"],
    summary="Search published articles",
)
@reads_replica
def get_search(
    request,
    response: HttpResponse,
    q: str = Query(..., description=f"Words, at most {searching.LONGEST_QUERY} characters."),
    limit: int = Query(20, ge=1, le=MOST),
    channel: str = Query("", description="An address word, see /channels/."),
    station: str = Query("", description="An address word, see /stations/."),
    subsection: str = Query("", description="A `path` of /channels/ or /stations/."),
    since: str = Query("", alias="from", description="The first day, as 2026-11-23."),
    until: str = Query("", alias="to", description="The last day, as 2026-11-24."),
    sort: str = Query("", description="relevance (where nothing is said) or newest."),
    cursor: str = Query("", description="Where the page begins; take it from `next`."),
):
    if not q.replace("\0", " ").strip():
        raise HttpError(400, "请给出检索词 q。")
    if sort and sort not in list(Sort):
        raise HttpError(400, "参数 sort 只能是 relevance 或 newest。")
    order = Sort(sort or Sort.RELEVANCE)
    after = HitCursor.parse(cursor, order)
    if cursor and after is None:
        raise HttpError(400, "参数 cursor 有误，请照抄上一页的 next。")
    try:
        query = searching.parse(q).within(
            slug_of(section_named(Channel, channel)),
            slug_of(section_named(Station, station)),
            a_day("from", since),
            a_day("to", until),
            in_subsection.path if (in_subsection := subsection_at(subsection)) else "",
        )
        found = find(query, order, limit, after)
    except searching.QueryTooLong as error:
        raise HttpError(400, str(error)) from error
    response["Cache-Control"] = "public, max-age=30"
    return SearchHits(
        total=found.total,
        results=[hit_out(hit) for hit in found.hits],
        next=next_page(request, found.next) if found.next else None,
    )


def hit_out(hit: Hit) -> SearchHit:
    return SearchHit(
        **dict(line(hit.article)),
        highlight=hit.highlight if "<mark>" in hit.highlight or not hit.excerpt else hit.excerpt,
        score=hit.score,
    )


def slug_of(section: Section | None) -> str:
    return section.slug if section else ""


def a_day(name: str, text: str) -> date | None:
    """The day that `text` says, None for no text. Raises 400 for what is no day."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise HttpError(400, f"参数 {name} 应为日期，如 2026-11-23。") from None
