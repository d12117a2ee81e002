"""Which topic (专题) a topic page is the page of: one that was chosen, that of its address or title, or a new one."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from django.core.exceptions import ValidationError

from meiri.delivery.keys import EVERYWHERE, uses
from meiri.fronts.addresses import FrontCopyForm, FrontForm
from meiri.journal.cache import InvalidatingCache
from meiri.journal.content_keys import PAGE, TOPICS, ContentKey
from meiri.sections.models import Topic, address_word

if TYPE_CHECKING:
    from meiri.fronts.pages import TopicPage

LONGEST = 40


class TopicLink(NamedTuple):
    """A topic whose page readers can open."""

    name: str
    url: str


_kept: InvalidatingCache[int, tuple[TopicLink | None, ContentKey]] = InvalidatingCache(500, EVERYWHERE)


def topic_links(topics: Sequence[int]) -> list[TopicLink]:
    """The links to those of the topics with these primary keys that have a page. One query; none where they are at hand."""
    found = _kept.get(topics, _read_links) if topics else {}
    uses(*(key for _, key in found.values()))
    links = (found[topic][0] for topic in topics if topic in found)
    return [link for link in links if link]


def _read_links(
    missing: Sequence[int],
) -> Mapping[int, tuple[tuple[TopicLink | None, ContentKey], Sequence[ContentKey]]]:
    columns = ("pk", "name", "slug", "page", "page__live", "page__minors_risk")
    rows = Topic.objects.filter(pk__in=missing).values_list(*columns)
    links = {}
    for key, name, slug, page, is_live, minors_risk in rows:
        shown = is_live and not minors_risk
        link = TopicLink(name, Topic(slug=slug).get_absolute_url()) if shown else None
        # Until a topic has a page, whatever is laid out as one may be its own.
        content_key = PAGE.key(page) if page else TOPICS
        links[key] = (link, content_key), [content_key]
    return links


def topic_of(page: "TopicPage") -> Topic:
    """The topic of `page`, not saved where it is new. Raises `ValidationError` where the page can't have it, or not at its
    address."""
    _check_address(page.slug)
    topic = page.topic or _topic_called(page.title, page.slug)
    holder = getattr(topic, "page", None)
    if holder and holder.pk != page.pk:
        message = f"专题“{topic}”已经有页面《{holder.title}》，请换标题和地址，或另选专题。"
        raise ValidationError({"topic": message})
    other = Topic.objects.filter(slug=page.slug).first()
    if other and other != topic:
        raise ValidationError({"slug": f"“{page.slug}”是专题“{other.name}”的地址，请换一个。"})
    if topic:
        return topic
    if len(page.title) > LONGEST:
        message = f"标题不选专题时也是新专题的名称，请控制在 {LONGEST} 字以内，或在“专题”里选已有的一个。"
        raise ValidationError({"title": message})
    return Topic(name=page.title, slug=page.slug)


def _check_address(slug: str) -> None:
    try:
        address_word(slug)
    except ValidationError as error:
        raise ValidationError({"slug": error}) from error
    if len(slug) > LONGEST:
        raise ValidationError({"slug": f"地址请控制在 {LONGEST} 个字符以内。"})


def _topic_called(title: str, slug: str) -> Topic | None:
    return Topic.objects.filter(slug=slug).first() or Topic.objects.filter(name=title).first()


class TopicPageForm(FrontForm):
    """A page that gets a topic that there is gets its address too."""

    def clean(self):
        given = self.cleaned_data
        topic = given.get("topic")
        if topic is None and "topic" not in self.errors:
            topic = _topic_called(given.get("title", ""), given.get("slug", ""))
        free = topic and getattr(topic, "page", self.instance) == self.instance
        if free and topic.pk != self.instance.topic_id:
            given["topic"], given["slug"] = topic, topic.slug
        return super().clean()


class TopicCopyForm(FrontCopyForm):
    """A copy is a draft until it has a topic of its own."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("alias", "publish_copies"):
            self.fields.pop(name, None)
