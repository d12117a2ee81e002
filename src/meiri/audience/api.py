"""The audience's part of the public API: count a view, ask for the hot list."""

from django.http import HttpResponse
from ninja import Field, Router, Schema
from ninja.errors import HttpError

from meiri.audience.counting import count_view
from meiri.audience.hot import hot_list
from meiri.newsroom.models import Article

router = Router(tags=["audience"])


class Views(Schema):
    views: int = Field(description="How often the article was read until now.")


class HotLine(Schema):
    number: int
    id: int
    title: str
    url: str
    why: str = Field(description="Why it stands there, in words.")
    views: int = Field(description="Views in the last 24 hours.")
    rose: bool = Field(description="It stands higher than an hour ago.")


class HotLines(Schema):
    results: list[HotLine]


@router.post("/articles/{article_id}/views", response=Views, summary="Count that a reader saw an article")
def post_view(request, article_id: int):
    """A reader counts once in half an hour; robots and prefetching browsers do not. No one is identified."""
    try:
        return Views(views=count_view(article_id, request))
    except Article.DoesNotExist:
        raise HttpError(404, "没有这篇稿件，或它尚未发布。") from None


@router.get("/hot/", response=HotLines, summary="The hot list of the day (今日热点)")
def get_hot(request, response: HttpResponse):
    """Ten articles, hottest first, made anew each minute."""
    response["Cache-Control"] = "public, max-age=60"
    return HotLines(
        results=[
            HotLine(
                number=e.number, id=e.article.pk, title=e.article.title, url=e.article.full_url, why=e.why,
                views=e.views, rose=e.rose,
            )
            for e in hot_list()
        ]
    )  # fmt: skip
