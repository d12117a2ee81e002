"""The public API at /api/v1/: the apps' routers put together, and what joins several of them."""

from django.http import HttpResponse
from ninja import Field, Query, Schema
from ninja.errors import HttpError
from ninja.openapi.docs import Swagger

from meiri.audience.api import router as audience_router
from meiri.audience.counting import views_of
from meiri.comments.api import router as comments_router
from meiri.comments.reading import counts_of
from meiri.syndication.articles_api import router as articles_router
from meiri.syndication.public_api import PublicAPI
from meiri.syndication.search_api import router as search_router

MOST_COUNTS = 100
_LARGEST_ID = 2**63 - 1

api = PublicAPI(
    title="Meiri",
    version="1",
    docs_url="/docs",
    openapi_url="/openapi.json",
    # Without this the page would ask another host whether the document is valid.
    docs=Swagger(settings={"validatorUrl": None}),
)
for router in (articles_router, search_router, audience_router, comments_router):
    api.add_router("", router)


class Counts(Schema):
    views: int = Field(description="How often the article was read.")
    comments: int = Field(description="How many comments readers see.")


@api.get("/counts/", response=dict[str, Counts], tags=["audience"], summary="Views and comments of articles")
def get_counts(
    request,
    response: HttpResponse,
    ids: str = Query(..., description="At most 100 article ids, separated by commas."),
):
    """The counts by id, nought for an id that is unknown. Two queries."""
    numbers = list(dict.fromkeys(_ids(ids)))
    views, comments = views_of(numbers), counts_of(numbers)
    response["Cache-Control"] = "public, max-age=10"
    return {str(n): Counts(views=views.get(n, 0), comments=comments.get(n, 0)) for n in numbers}


def _ids(text: str) -> list[int]:
    words = [w.strip() for w in text[: MOST_COUNTS * 21].split(",")]
    if not all(w.isascii() and w.isdigit() and len(w) < 20 and int(w) <= _LARGEST_ID for w in words):
        raise HttpError(400, "ids 应为以英文逗号分隔的稿件编号，如 ids=1,2,3。")
    if len(words) > MOST_COUNTS:
        raise HttpError(400, f"一次最多查询 {MOST_COUNTS} 篇稿件。")
    return [int(w) for w in words]
