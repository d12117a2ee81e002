"""Vocabularies of topics as IPTC publishes them (SKOS in JSON-LD, cv.iptc.org)."""

from typing import Any

from django.db import transaction

from meiri.ingest.wire_models import WireTopic
from meiri.sections.models import Channel

MOST_TOPICS = 20_000
_LANGUAGES = ("zh-Hans", "zh-CN", "zh", "zh-Hant", "en-GB", "en-US", "en")


class BrokenTopics(Exception):
    """A file is no vocabulary."""


def topics_in(document: Any) -> list[WireTopic]:
    """The topics of a concept scheme, not stored. Raises `BrokenTopics`."""
    concepts = document.get("conceptSet") if isinstance(document, dict) else None
    if not isinstance(concepts, list) or not concepts or len(concepts) > MOST_TOPICS:
        raise BrokenTopics("there is no conceptSet")
    codes = {one["uri"]: one["qcode"] for one in concepts if _is_named(one)}
    return [topic for one in concepts if _is_named(one) and (topic := _topic_of(one, codes))]


def _is_named(concept: Any) -> bool:
    return isinstance(concept, dict) and all(isinstance(concept.get(key), str) for key in ("uri", "qcode"))


def _topic_of(concept: dict, codes: dict[str, str]) -> WireTopic | None:
    """`codes`: of topics, by their addresses; broader ones are told by either."""
    names = concept.get("prefLabel")
    names = names if isinstance(names, dict) else {}
    name = next((names[language] for language in _LANGUAGES if isinstance(names.get(language), str)), "")
    if concept.get("retired") or not name:
        return None
    broader = concept.get("broader")
    above = next((one for one in broader if isinstance(one, str)), "") if isinstance(broader, list) else ""
    return WireTopic(code=concept["qcode"][:80], name=name[:120], broader=codes.get(above, above)[:80])


@transaction.atomic
def store_topics(topics: list[WireTopic]) -> tuple[int, int]:
    """Store topics by their codes; how many were new, and how many top topics got a channel whose name stands in theirs."""
    before = WireTopic.objects.count()
    WireTopic.objects.bulk_create(
        topics,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "broader"],
        batch_size=500,
    )
    placed = 0
    channels = list(Channel.objects.all()[:500])
    for topic in WireTopic.objects.filter(code__in=[t.code for t in topics if not t.broader], channel=None):
        found = next((channel for channel in channels if channel.name in topic.name), None)
        if found:
            WireTopic.objects.filter(pk=topic.pk).update(channel=found)
            placed += 1
    return WireTopic.objects.count() - before, placed
