"""Related reading (更多推荐): articles with the same tags, then the newest of the same channel."""

from collections import Counter
from collections.abc import Sequence

from taggit.models import Tag

from meiri.newsroom.models import Article
from meiri.newsroom.river import Place, newest_at_each

# How many of the newest articles of each tag and of the channel are looked at.
CONSIDERED = 12


def related_to(article: Article, tags: Sequence[Tag], count: int = 6) -> list[int]:
    """The keys of up to `count` articles to read after `article`, whose tags are `tags`. One query."""
    tagged = [Place.tag(tag) for tag in tags[:8]]
    channel = Place.channel(article.channel)
    lists = newest_at_each(dict.fromkeys([*tagged, channel], CONSIDERED))
    shared = Counter(i for place in tagged for i in lists[place])
    ranked = [i for i, _ in shared.most_common()] + lists[channel]
    return [i for i in dict.fromkeys(ranked) if i != article.pk][:count]
