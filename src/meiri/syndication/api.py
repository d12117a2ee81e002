"""The public API at /api/v1/: the apps' routers put together, and what joins several of them."""

from django.http import HttpResponse
from ninja import Field, Query, Schema
from ninja.errors import HttpError
from ninja.openapi.docs import Swagger

from meiri.api_problem import Problem
from meiri.audience import counts_file, counts_query
from meiri.audience.api import router as audience_router
from meiri.audience.view_counts import views_of
from meiri.comments.api import router as comments_router
from meiri.comments.thread_pages import counts_of
from meiri.syndication.articles_api import router as articles_router
from meiri.syndication.changes_api import router as changes_router
from meiri.syndication.proofs_api import router as proofs_router
from meiri.syndication.public_api import PublicAPI
from meiri.syndication.search_api import router as search_router
from meiri.syndication.suggestions_api import router as suggestions_router

api = PublicAPI(
    title="Meiri",
    version="1",
    docs_url="/docs",
    openapi_url="/openapi.json",
    # Without this the page would ask another host whether the document is valid.
    docs=Swagger(settings={"validatorUrl": None}),
)
for router in (
    articles_router,
    changes_router,
    proofs_router,
    search_router,
    suggestions_router,
    audience_router,
    comments_router,
):
    api.add_router("", router)


class Counts(Schema):
    views: int = Field(description="How often the article was read.")
    comments: int = Field(description="How many comments readers see.")


@api.get(
    "/counts/",
    response={200: dict[str, Counts], 400: Problem},
    tags=["audience"],
    summary="Views and comments of articles",
)
def get_counts(
    request,
    response: HttpResponse,
    ids: str = Query(..., description="At most 100 article ids, separated by commas."),
):
    """The counts by id, nought for an id that is unknown. Two queries."""
    try:
        numbers = counts_query.ids_of(ids)
    except counts_query.BadIds as error:
        raise HttpError(400, str(error)) from None
    views, comments = views_of(numbers), counts_of(numbers)
    response["Cache-Control"] = counts_query.MAX_AGE
    return counts_query.counts_document(
        numbers, lambda i: counts_file.ArticleCounts(views.get(i, 0), comments.get(i, 0))
    )
