"""Which rules lists followed when (算法公示): the journal holds each state of the rules that once held, as readers were told it.

The rules are numbers and sentences of the code, so they change with a release. The worker compares what the running code says with what
the journal said last, and appends what is new.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from django.db import transaction
from django.template.loader import render_to_string
from lxml import html

from meiri.journal.content_keys import RANKING_RULES
from meiri.journal.log import append
from meiri.journal.models import Entry
from meiri.operations.nodes import present_nodes
from meiri.web.events import RankingRulesRecorded
from meiri.web.ranking_rules import rules_that_hold

# Changes that the page tells of.
SHOWN = 50
_SENTENCE_END = re.compile(r"(?<=[。！？])")


@dataclass(frozen=True)
class RulesChange:
    """What the rules did not say before `at`, and what they do not say since. `is_first`: nothing is known of before."""

    at: datetime
    gone: list[str]
    added: list[str]
    is_first: bool


def rules_in_words() -> list[str]:
    """Each sentence of the rules that hold now, with the heading that it stands under: `今日热点：榜上最多 20 条。`"""
    shown = html.fragment_fromstring(
        render_to_string("web/ranking_rules_text.html", rules_that_hold()), create_parent=True
    )
    return list(_sentences(shown))


def _sentences(shown) -> Iterator[str]:
    heading = ""
    for part in shown.iter("h2", "p", "li"):
        text = "".join(line.strip() for line in str(part.text_content()).split("\n"))
        if part.tag == "h2":
            heading = text
        else:
            yield from (f"{heading}：{one.strip()}" for one in _SENTENCE_END.split(text) if one.strip())


def newest_records(count: int) -> list[Entry]:
    """The newest first. One query."""
    return list(Entry.objects.of(RankingRulesRecorded).order_by("-sequence")[:count])


def changes_of_rules() -> tuple[list[RulesChange], bool]:
    """The newest changes, the newest first, and whether there are older ones. One query."""
    records = [(entry.at, entry.event.payload["rules"]) for entry in newest_records(SHOWN + 1)]
    found = [
        RulesChange(at, [one for one in old if one not in new], [one for one in new if one not in old], False)
        for (at, new), (_, old) in pairwise(records)
    ]
    has_older = len(records) > SHOWN
    if records and not has_older:
        found.append(RulesChange(records[-1][0], [], records[-1][1], True))
    return found, has_older


def rules_are_to_be_recorded() -> bool:
    """Whether the rules of the running code are others than the journal knows. Not while nodes run different releases: each would
    contradict the other."""
    newest = newest_records(1)
    if newest and newest[0].event.payload["rules"] == rules_in_words():
        return False
    return len({node.release for node in present_nodes()}) <= 1


def record_rules() -> None:
    """Append the rules that hold to the journal. Run by the clock, on one node at a time."""
    with transaction.atomic():
        if rules_are_to_be_recorded():
            append(RankingRulesRecorded(keys=[RANKING_RULES], rules=rules_in_words()), "system")
