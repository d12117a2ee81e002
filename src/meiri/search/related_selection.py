"""Work out what is recommended after an article (更多推荐).

Readers go on with the event they just read of, so what else was said of it stands first, together, but leaves room for the
rest: five of ten. Of any other event two are shown, side by side. Nobody is offered the same story twice, nor more than
three articles of one source. The site's own articles name no source and are not limited: the rule is there so that no
single voice from elsewhere fills the block, and a site that writes everything itself must still have something to offer.
Where few articles are close, those of the same tags are added. What has nothing to do with the article is never offered:
there are fewer than ten then, or none.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from meiri.newsroom.keyset import Cursor
from meiri.newsroom.models import Article, ArticleTag
from meiri.newsroom.place_kinds import PlaceKind
from meiri.newsroom.river import Place
from meiri.search.article_similarity import Close, Comparison
from meiri.search.index_documents import Text
from meiri.search.related_reading import MOST, MOST_OF_SOURCE, nearest_listed

MOST_OF_EVENT, MOST_OF_ANOTHER = 5, 2
# How many of the same tags may be added, and how many of each tag are looked at for them.
FILL, FILL_REACH = 2 * MOST, 40


class Recommended(NamedTuple):
    """`score`: how close it is, 0 to 1; 0 for one that has no more than a tag in common."""

    key: int
    same_event: bool
    score: float


def recommended(compared: Comparison, article: Text, close: Sequence[Close]) -> list[Recommended]:
    """What to read after `article`, of those `close` to it (the closest first), at most `MOST`: first the stories of the
    same event. Four queries more where these are too few."""
    chosen = varied(compared, article, close)
    if len(chosen) < MOST:
        chosen = varied(compared, article, [*close, *of_the_same_tags(compared, article, close)])
    return [Recommended(one.text.id, one.same_event, one.score) for one in chosen]


def of_the_same_tags(compared: Comparison, article: Text, close: Iterable[Close]) -> list[Close]:
    """Articles that came before `article` with the same tags: at most `FILL`, no more of one source than a block may hold."""
    tags = (
        ArticleTag.objects.filter(content_object_id=article.id)
        .order_by("pk")
        .values_list("tag_id", flat=True)
    )
    keys = nearest_listed(
        [Place(PlaceKind.TAG, tag) for tag in tags],
        Cursor(article.published_at, article.id),
        FILL_REACH,
    )
    known = {article.id, *(one.text.id for one in close)}
    wanted = _of_many_sources([key for key in keys if key not in known])[:FILL]
    return [Close(text, 0.0, False) for text in compared.texts(wanted)]


def _of_many_sources(keys: Sequence[int]) -> list[int]:
    """`keys` of articles in their order, without what is too much of one source. One query."""
    sources = dict(Article.objects.filter(pk__in=keys).values_list("pk", "source_id"))
    seen: Counter[int | None] = Counter()
    chosen = []
    for key in keys:
        source = sources.get(key)
        if source is None or seen[source] < MOST_OF_SOURCE:
            chosen.append(key)
            seen[source] += 1
    return chosen


def varied(compared: Comparison, article: Text, close: Iterable[Close]) -> list[Close]:
    """At most `MOST` of `close`, grouped by event, the article's own event first. What an event has too many of comes in
    where there is room left."""
    block, too_many = _Block(compared, article), []
    for one in close:
        if block.admits(one):
            if block.has_enough_of_event(one):
                too_many.append(one)
            else:
                block.add(one)
    for one in too_many:
        if block.admits(one):
            block.add(one)
    return [one for group in block.groups for one in group]


class _Block:
    """What was chosen so far; each group is an event, the first of them the article's own."""

    def __init__(self, compared: Comparison, article: Text):
        self._compared, self._article = compared, article
        self.groups: list[list[Close]] = [[]]
        self._sources: Counter[int | None] = Counter()

    def admits(self, one: Close) -> bool:
        """Whether there is room for it, its source is not there too often, and its story was not told."""
        told = [self._article, *(other.text for group in self.groups for other in group)]
        return (
            len(told) <= MOST
            and self._sources[one.text.source] < MOST_OF_SOURCE
            and not any(self._compared.is_same_story(one.text, text) for text in told)
        )

    def has_enough_of_event(self, one: Close) -> bool:
        group = self._group_of(one)
        return group is not None and len(group) >= (MOST_OF_EVENT if one.same_event else MOST_OF_ANOTHER)

    def add(self, one: Close) -> None:
        group = self._group_of(one)
        if group is None:
            self.groups.append(group := [])
        group.append(one)
        if one.text.source is not None:
            self._sources[one.text.source] += 1

    def _group_of(self, one: Close) -> list[Close] | None:
        if one.same_event:
            return self.groups[0]
        others = self.groups[1:]
        return next((g for g in others if self._compared.is_same_event(one.text, g[0].text)), None)
