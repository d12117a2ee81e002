"""What the newsroom does when a picture goes: articles that it led are listed among those with a picture no longer."""

from meiri.media.models import Picture
from meiri.newsroom.models import Article
from meiri.newsroom.river import enlist


def without(picture: Picture) -> list[str]:
    """Take the articles that `picture` leads off the lists of those with a picture; the content keys of these lists."""
    led = Article.objects.live().filter(picture=picture).select_related("channel")
    for article in led.iterator():
        article.picture = None
        enlist(article)
    return ["pictures"]
