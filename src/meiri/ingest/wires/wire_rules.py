"""Where copy goes: the first rule that matches it, else its topics, else what its source says."""

import re
from dataclasses import dataclass

from django.db.models import Q

from meiri.ingest.parsed import ParsedArticle
from meiri.ingest.wire_facts import WireFacts
from meiri.ingest.wire_models import WireRule, WireSource, WireTopic
from meiri.sections.models import Channel, Station

# Topics of one item that are looked up, and how far up from each.
MOST_TOPICS, HIGHEST = 40, 8


@dataclass(frozen=True)
class Destination:
    """`channel` None: what the item names itself decides, else the newsroom's first channel."""

    deed: str
    channel: Channel | None
    station: Station | None


def destination_of(source: WireSource, article: ParsedArticle, facts: WireFacts) -> Destination:
    """What becomes of an item that was not seen before. A bounded number of queries."""
    topics = _topics_of(facts)
    by_topic = next((topic.channel for topic in topics if topic.channel), None)
    rules = WireRule.objects.filter(Q(source=source) | Q(source=None)).select_related("channel", "station")
    for rule in rules[:500]:
        if _matches(rule, article, facts, topics):
            return Destination(rule.deed, rule.channel or by_topic, rule.station)
    return Destination(source.deed, by_topic, source.station)


def _topics_of(facts: WireFacts) -> list[WireTopic]:
    """The known topics of an item, then what is broader, level by level."""
    found: dict[str, WireTopic] = {}
    wanted = set(facts.subjects[:MOST_TOPICS])
    named = Q(name__in=facts.subject_names[:MOST_TOPICS])
    for _level in range(HIGHEST):
        level = WireTopic.objects.filter(Q(code__in=wanted) | named).select_related("channel")
        new = [topic for topic in level[: 2 * MOST_TOPICS] if topic.code not in found]
        found |= {topic.code: topic for topic in new}
        wanted, named = {topic.broader for topic in new if topic.broader} - found.keys(), Q(pk=None)
        if not wanted:
            break
    return list(found.values())


def _matches(rule: WireRule, article: ParsedArticle, facts: WireFacts, topics: list[WireTopic]) -> bool:
    if rule.urgency and not 0 < facts.urgency <= rule.urgency:
        return False
    if rule.topics:
        has = {*facts.subjects, *facts.subject_names, *(t.code for t in topics), *(t.name for t in topics)}
        if not any(wanted in has for wanted in _parts(rule.topics)):
            return False
    if rule.words:
        said = " ".join([article.title, facts.slugline, *facts.subject_names, *article.breadcrumb])
        if not any(word.lower() in said.lower() for word in _parts(rule.words)):
            return False
    return True


def _parts(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[,，、；;\n]", text) if part.strip()]
