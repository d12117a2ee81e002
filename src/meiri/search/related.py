"""Related reading (更多推荐): articles with the same tags, then the newest of the same channel."""

from collections import Counter

from meiri.newsroom.models import Article
from meiri.newsroom.river import Place, newest_at_each

# How many of the newest articles of each tag and of the channel are looked at.
CONSIDERED = 12


def related_to(article: Article, count: int = 6) -> list[Article]:
    """Up to `count` articles to read after `article`, as cards. Two queries beside that for the tags."""
    tags = [Place.tag(tag) for tag in article.tags.all()[:8]]
    channel = Place.channel(article.channel)
    lists = newest_at_each(dict.fromkeys([*tags, channel], CONSIDERED))
    shared = Counter(i for tag in tags for i in lists[tag])
    ranked = [i for i, _ in shared.most_common()] + lists[channel]
    ids = [i for i in dict.fromkeys(ranked) if i != article.pk]
    return Article.objects.in_order(ids[:count])
