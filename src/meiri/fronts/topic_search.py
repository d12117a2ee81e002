"""Special topics as an area of search: by their names and by what their pages say first."""

from collections.abc import Sequence
from datetime import UTC, datetime

from meiri.delivery.editions import is_for_minors
from meiri.fronts.pages import TopicPage
from meiri.journal.content_keys import TOPIC, TOPICS
from meiri.search.areas import FoundThing, SearchArea, register_area, text_of_thing
from meiri.search.index_documents import Text
from meiri.sections.minors import is_set_apart
from meiri.sections.models import Topic

# When a topic was made that has no page is not known.
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class TopicArea(SearchArea):
    name, label, unit, order = "topics", "专题", "个", 20

    def keys_after(self, key: int, size: int) -> list[int]:
        found = Topic.objects.visible().filter(pk__gt=key).order_by("pk")
        return list(found.values_list("pk", flat=True)[:size])

    def texts_of(self, keys: Sequence[int]) -> list[Text]:
        return [
            Text(
                topic.pk,
                self._since(page),
                channel=0,
                source=None,
                title=topic.name,
                lead=self._said(topic, page)[:1],
                paragraphs=self._said(topic, page)[1:],
            )
            for topic, page in self._visible(keys)
        ]

    def changed(self, keys: Sequence[str]) -> set[int] | None:
        """A page of a topic that was published, moved or withdrawn names the list of topics: they are few."""
        words = set(TOPIC.words(keys))
        if TOPICS in keys:
            return None
        found = dict(Topic.objects.filter(slug__in=words).values_list("slug", "pk")) if words else {}
        # One that has another address now, or is gone, is known by its key alone.
        return set(found.values()) if len(found) == len(words) else None

    def things(self, keys: Sequence[int]) -> dict[int, FoundThing]:
        return {
            topic.pk: FoundThing(
                topic.name,
                topic.get_absolute_url(),
                text_of_thing(self._said(topic, page)),
                "可能影响未成年人身心健康" if page and is_set_apart(page) else "",
                page.first_published_at if page else None,
            )
            for topic, page in self._visible(keys)
            if not (page and is_set_apart(page) and is_for_minors())
        }

    @staticmethod
    def _visible(keys: Sequence[int]) -> list[tuple[Topic, TopicPage | None]]:
        """Topics with their pages that are published, those that everybody may read. Four queries."""
        found = TopicPage.objects.live().filter(topic__in=keys).defer("body")
        pages = {page.topic_id: page for page in found}
        open_to_all = set(found.public().values_list("pk", flat=True))
        return [
            (topic, page)
            for topic in Topic.objects.visible().filter(pk__in=keys)
            if (page := pages.get(topic.pk)) is None or page.pk in open_to_all
        ]

    @staticmethod
    def _since(page: TopicPage | None) -> datetime:
        return page.first_published_at or LONG_AGO if page else LONG_AGO

    @staticmethod
    def _said(topic: Topic, page: TopicPage | None) -> list[str]:
        """What may harm minors is found by its name alone."""
        if page and is_set_apart(page):
            return []
        said = [page.summary, page.kicker, page.intro] if page else []
        return [text for text in (topic.description, *said) if text]


register_area(TopicArea())
