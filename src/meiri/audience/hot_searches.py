"""What readers search for most (热搜词): words that several networks searched for and that a headline has; and what editors put there
or keep off. The same for everybody; none of it for minors."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from meiri.audience.counting_searches import FEWEST, KEPT
from meiri.audience.models import HotSearchSettings, SearchCount, SearchedWords, SearchRule
from meiri.audience.search_log import DAY, may_be_listed
from meiri.delivery.editions import is_for_minors
from meiri.delivery.keys import EVERYWHERE
from meiri.journal.cache import InvalidatingCache
from meiri.journal.content_keys import HOT_SEARCHES
from meiri.search.finding import find
from meiri.search.folding import fold
from meiri.search.index import Unavailable
from meiri.search.query import Query, QueryTooLong, parse
from meiri.sections.minors import is_set_apart

LENGTH = 10
# A search loses half its weight in so many hours.
HALF_LIFE = 12
# Words that compete: those searched for last. The best of them are looked up in headlines.
CONTENDERS, LOOKED_UP = 300, 40
# So many of the articles that are found are looked at: none may be set apart from minors.
LOOKED_AT = 5
MOST_RULES = 500
# For so long a process keeps the list; what editors say of it holds at once.
KEPT_SECONDS = 60
# A search that came from the list itself lifts nothing.
VIA = "hot"


@dataclass(frozen=True)
class HotSearch:
    number: int
    words: str
    pinned: bool = False

    @property
    def address(self) -> str:
        return f"{reverse('search')}?{urlencode({'q': self.words, 'via': VIA})}"


_lists: InvalidatingCache[int, list[HotSearch]] = InvalidatingCache(2, EVERYWHERE | {HOT_SEARCHES})


def hot_searches() -> list[HotSearch]:
    """The list of the last minute, ten at most; nothing for minors, where editors switched it off, and while the index is built."""
    if is_for_minors():
        return []
    now = timezone.now()
    return _lists.one(int(now.timestamp()) // KEPT_SECONDS, lambda: (make_list(now), ()))


def make_list(now: datetime) -> list[HotSearch]:
    """The list as of `now`. Four queries and, for each of a bounded number of words, a look into the index."""
    mode = HotSearchSettings.load().mode
    if mode == HotSearchSettings.Mode.OFF:
        return []
    rules = list(SearchRule.objects.in_force().order_by("place", "pk")[:MOST_RULES])
    off = [_joined(rule.words) for rule in rules if rule.deed == SearchRule.Deed.KEEP_OFF]
    pins = {rule.place or LENGTH: rule.words for rule in rules if rule.deed == SearchRule.Deed.PIN}
    try:
        pins = {place: words for place, words in pins.items() if leads_somewhere(words, in_title=False)}
        counted = mode == HotSearchSettings.Mode.COUNTED
        words = (
            _most_searched(now, off, set(map(_joined, pins.values())), LENGTH - len(pins)) if counted else []
        )
    except Unavailable:
        return []
    pinned = set(pins.values())
    for place, one in sorted(pins.items()):
        words.insert(place - 1, one)
    return [HotSearch(number, one, one in pinned) for number, one in enumerate(words, start=1)]


def _joined(words: str) -> str:
    return "".join(fold(words).split())


def _most_searched(now: datetime, off: list[str], known: set[str], count: int) -> list[str]:
    """The words that were searched for most and may be shown, at most `count`. Two queries."""
    recent = SearchedWords.objects.filter(at__gte=now - KEPT).order_by("-at").values_list("query", "words")
    words = dict(recent[:CONTENDERS])
    scores: dict[int, float] = defaultdict(float)
    of_day: dict[tuple[int, int], int] = defaultdict(int)
    rows = SearchCount.objects.filter(query__in=words, start__gte=now - KEPT)
    for query, start, searched in rows.values_list("query", "start", "count"):
        hours = max((now - start.astimezone(UTC)).total_seconds() / 3600, 0)
        scores[query] += searched * 0.5 ** (hours / HALF_LIFE)
        of_day[query, int(start.timestamp()) // DAY] += searched
    enough = {query for (query, _), searched in of_day.items() if searched >= FEWEST}
    ranked = sorted(enough, key=lambda query: (-scores[query], words[query]))[:LOOKED_UP]
    found: list[str] = []
    for query in ranked:
        text = _joined(words[query])
        if len(found) == count:
            break
        if text in known or any(word in text for word in off) or not leads_somewhere(words[query]):
            continue
        found.append(words[query])
        known.add(text)
    return found


def leads_somewhere(words: str, in_title: bool = True) -> bool:
    """Whether published articles have the words, with `in_title` all of them in one headline, and those found first may be seen by
    everybody: what stands on the list is then said by the paper itself. Raises `Unavailable`."""
    try:
        query = parse(words)
    except QueryTooLong:
        return False
    if in_title:
        if not may_be_listed(query):
            return False
        query = Query(tuple(replace(term, field="title") for term in query.terms))
    hits = [hit.article for hit in find(query, count=LOOKED_AT).hits if not hit.similar]
    return bool(hits) and not any(map(is_set_apart, hits))
