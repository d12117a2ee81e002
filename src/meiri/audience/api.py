"""The audience's part of the public API: count a view, ask for the hot list."""

from typing import Literal

from django.http import HttpResponse
from ninja import Field, Router, Schema, Status
from ninja.errors import HttpError

from meiri.api_problem import Problem
from meiri.asked_numbers import LARGEST_ID
from meiri.audience.fastpath import NO_ROOM, RETRY_AFTER_SECONDS, UNKNOWN_ADVERTISEMENT, UNKNOWN_ARTICLE
from meiri.audience.hot import KEPT_SECONDS, hot_list
from meiri.audience.view_counts import OF_ADVERTISEMENT, count_view

router = Router(tags=["audience"])


class Counted(Schema):
    counted: bool = Field(
        description="Whether a reader sent it: false for robots, prefetches and other sites."
    )


class HotLine(Schema):
    number: int
    id: int
    title: str
    url: str
    why: str = Field(description="Why it stands there, in words.")
    views: int = Field(description="Views in the hour, day or week that was asked for.")
    rose: bool = Field(description="It stands higher than a quarter of an hour, an hour or a day ago.")
    pinned: bool = Field(description="An editor put it there.")


class HotLines(Schema):
    results: list[HotLine]


@router.post(
    "/articles/{article_id}/views",
    response={202: Counted, 404: Problem, 503: Problem},
    summary="Count that a reader saw an article",
)
def post_view(request, response: HttpResponse, article_id: int):
    """A reader counts once in half an hour; robots and prefetching browsers do not. No one is identified.

    The view is kept when this is answered, and shows in the counts within some seconds, if the article is published.
    """
    if not 0 < article_id <= LARGEST_ID:
        raise HttpError(404, UNKNOWN_ARTICLE)
    return counted_view(request, response, article_id)


@router.post(
    "/advertisements/{advertisement_id}/views",
    response={202: Counted, 404: Problem, 503: Problem},
    summary="Count that a reader saw an advertisement",
)
def post_advertisement_view(request, response: HttpResponse, advertisement_id: int):
    """As for articles: a reader counts once in half an hour, robots do not, no one is identified."""
    if not 0 < advertisement_id <= LARGEST_ID:
        raise HttpError(404, UNKNOWN_ADVERTISEMENT)
    return counted_view(request, response, OF_ADVERTISEMENT + advertisement_id)


def counted_view(request, response: HttpResponse, number: int) -> Status:
    """The answer to who tells that a reader saw what has this number in the log of views."""
    try:
        counted = count_view(number, request.headers, request.META.get("REMOTE_ADDR", ""))
    except OSError:
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return Status(503, Problem(detail=NO_ROOM))
    return Status(202, Counted(counted=counted))


@router.get("/hot/", response=HotLines, summary="The hot list (今日热点) of the last hour, day or week")
def get_hot(request, response: HttpResponse, window: Literal["hour", "day", "week"] = "day"):
    """Ten articles, hottest first, made anew each minute. Editors' places stand in the list of the day."""
    response["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    return HotLines(
        results=[
            HotLine(
                number=e.number, id=e.article.pk, title=e.article.title, url=e.article.full_url, why=e.why,
                views=e.views, rose=e.rose, pinned=e.pinned,
            )
            for e in hot_list(window)
        ]
    )  # fmt: skip
