"""The public API's suggestions while readers type, and what most readers search for."""

from typing import Literal

from django.conf import settings
from django.http import HttpResponse
from ninja import Field, Query, Router, Schema
from ninja.errors import HttpError

from meiri.api_problem import Problem
from meiri.audience.hot_searches import KEPT_SECONDS, hot_searches
from meiri.delivery.models import ProtectedTerm
from meiri.delivery.script import TraditionalConverter, plain
from meiri.journal.read_replica import reads_replica
from meiri.search.directory import NameKind
from meiri.search.suggesting import LONGEST_TYPED, suggest

router = Router()


class Suggestion(Schema):
    kind: str = Field(description="article, channel, station, topic, author, source or name.")
    text: str
    url: str = Field(description="Where it leads: its page, or the search page with a search for it.")


class SuggestionList(Schema):
    results: list[Suggestion] = Field(description="At most 8, names before titles, the best first.")


@router.get(
    "/search/suggestions/",
    response={200: SuggestionList, 400: Problem, 503: Problem},
    tags=["search"],
    summary="What somebody who types may be looking for",
)
@reads_replica
def get_suggestions(
    request,
    response: HttpResponse,
    q: str = Query(..., description=f"What has been typed, at most {LONGEST_TYPED} characters."),
    script: Literal["hans", "hant"] = Query("hans", description="The script of the texts."),
):
    """Titles that have what was typed, and names that begin with it or have it inside; pinyin and its initials count as well."""
    if len(q) > LONGEST_TYPED:
        raise HttpError(400, f"参数 q 请控制在 {LONGEST_TYPED} 个字以内。")
    found = suggest((plain(q) if script == "hant" else q).replace("\0", " "))
    results = [
        *(Suggestion(kind=n.kind, text=n.text, url=settings.BASE_URL + n.address) for n in found.names),
        *(Suggestion(kind="article", text=a.title, url=a.full_url) for a in found.articles),
    ]
    if script == "hant":
        in_traditional(results)
    response["Cache-Control"] = "public, max-age=60"
    return SuggestionList(results=results)


class HotSearchLine(Schema):
    number: int
    text: str
    url: str = Field(description="The search page with a search for it.")
    pinned: bool = Field(description="An editor put it there.")


class HotSearchLines(Schema):
    results: list[HotSearchLine] = Field(description="At most 10, what is searched for most first.")


@router.get(
    "/search/hot/",
    response=HotSearchLines,
    tags=["search"],
    summary="What readers search for most (热搜词)",
)
def get_hot_searches(
    request,
    response: HttpResponse,
    script: Literal["hans", "hant"] = Query("hans", description="The script of the texts."),
):
    """Words that several readers searched for and that headlines have, made anew each minute. None that leads to what may harm minors, and
    none in the mode for minors."""
    response["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    results = [
        HotSearchLine(number=h.number, text=h.words, url=settings.BASE_URL + h.address, pinned=h.pinned)
        for h in hot_searches()
    ]
    if script == "hant":
        wording = TraditionalConverter(ProtectedTerm.objects.as_pairs(), [])
        for one, text in zip(results, wording.convert_all([one.text for one in results]), strict=True):
            one.text = text
    return HotSearchLines(results=results)


def in_traditional(results: list[Suggestion]) -> None:
    """Let the texts be in traditional script. One query."""
    people = [one.text for one in results if one.kind == NameKind.AUTHOR]
    wording = TraditionalConverter(ProtectedTerm.objects.as_pairs(), people)
    for one, text in zip(results, wording.convert_all([one.text for one in results]), strict=True):
        one.text = text
