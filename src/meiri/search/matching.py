"""A reader's query as a query of the index."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from math import prod, sqrt

import tantivy
from tantivy import FieldType, Occur
from tantivy import Query as Match

from meiri.delivery.keys import EVERYWHERE
from meiri.journal.cache import InvalidatingCache
from meiri.journal.content_keys import FRONTS
from meiri.newsroom.models import Author, Source, day_bounds
from meiri.search.folding import fold
from meiri.search.index import analyzer, moment_of, schema, second_of
from meiri.search.known_names import names
from meiri.search.pinyin import as_syllables, sounds
from meiri.search.query import EARLIEST, LATEST, SECTIONS, Query, Term
from meiri.search.words import FUNCTION_CHARACTERS, characters, is_han, pairs, pieces, threes, words_and_parts
from meiri.sections.models import Channel, Section, Station, Subsection

# What a word counts for where it stands; in the whole text it counts 1. Characters and pairs of them find what the
# dictionary cuts otherwise.
WEIGHTS = {"title": 0.5, "pairs": 2.0, "characters": 2.0, "tags": 1.0, "lead": 0.5}
# Fields of which the index knows how often they say a word.
COUNTED_FIELDS = ("text", "characters")
DAY = timedelta(days=1)
# Readers who type at least so many letters may mean initials.
FEWEST_INITIALS = 3
LONGEST_SOUND = 40
# How many sources or authors `source:` and `author:` may mean.
MOST_NAMED = 50
# Sub-columns that are known by name.
MOST_SUBSECTIONS = 5_000


@dataclass(frozen=True)
class IndexedText:
    """A text as the index knows it: word and place, without marks; and the places of words inside longer ones, which say nothing
    that these don't say."""

    places: tuple[tuple[int, str], ...]
    inside: frozenset[int]

    @classmethod
    @lru_cache(maxsize=1_000)
    def of(cls, folded: str) -> "IndexedText":
        found = words_and_parts(folded)
        tokens = analyzer().pre_tokenize(" ".join(word for word, _ in found)).tokens
        first = tokens[0].position if tokens else 0
        return cls(
            tuple((token.position - first, token.text) for token in tokens),
            frozenset(token.position - first for token in tokens if found[token.position][1]),
        )

    @cached_property
    def phrase(self) -> list[tuple[int, str]]:
        """The words that a phrase is made of."""
        return [(place, word) for place, word in self.places if place not in self.inside]

    @cached_property
    def telling(self) -> list[str]:
        """Those that say something; all of them where none does."""
        found = list(dict.fromkeys(word for _, word in self.places))
        return [word for word in found if word not in FUNCTION_CHARACTERS] or found

    @cached_property
    def needed(self) -> list[str]:
        """Those of the telling ones that bring all others."""
        alone = {word for _, word in self.phrase}
        return [word for word in self.telling if word in alone]


def strict(query: Query, wide: bool = False, ranked: bool = True) -> Match:
    """Articles that have all that is asked for, the closest first unless they need not be `ranked`. With `wide` also those
    whose titles have it letter by letter, however the dictionary cuts them; that takes longer."""
    return _matching(query, [one_of(wanted(term, wide)) for term in query.wanted], ranked)


def in_titles(query: Query) -> Match:
    """Articles whose titles have all the words that are asked for; what else is asked for they have too."""
    return _matching(
        query,
        [
            one_of(_in_title(term.text, term.phrase) if term in query.free else wanted(term))
            for term in query.wanted
        ],
    )


def _matching(query: Query, musts: Sequence[Match], ranked: bool = True) -> Match:
    found = [(Occur.Must, must) for must in [*musts, *within(query)]]
    found += [(Occur.MustNot, one_of(unwanted(term))) for term in query.terms if term.without]
    if not musts:
        found.append((Occur.Must, Match.all_query()))
    if ranked:
        found += [(Occur.Should, part) for part in closeness(query.free)]
    return Match.boolean_query(found)


def expected(query: Query, counts: Sequence[int], searcher: tantivy.Searcher) -> float:
    """About how many articles of the query's sections have all its words, of which each is in `counts` articles. Words that are
    asked for together are found together more often than by chance, less often than always: it is the geometric mean of both."""
    articles = max(searcher.num_docs, 1)
    by_chance = articles * prod(count / articles for count in counts)
    return sqrt(min(counts, default=articles) * by_chance) * _share(query, searcher)


def frequencies(query: Query, searcher: tantivy.Searcher, field: str = "text") -> list[int]:
    """In how many articles each word of the query is; of a term with other names, in how many any of these are at most."""
    found: list[int] = []
    known = names()
    for term in query.free:
        counts = _counts(searcher, field, term.text)
        others = [] if term.field else known.also_called(term.text)
        if not (term.field or term.phrase):
            others = others + known.reworded(term.text)
        if others:
            counts = [sum(min(_counts(searcher, field, name), default=0) for name in (term.text, *others))]
        found += counts
    return found


def _counts(searcher: tantivy.Searcher, field: str, text: str) -> list[int]:
    return [searcher.doc_freq(field, word) for word in IndexedText.of(text).needed]


def _share(query: Query, searcher: tantivy.Searcher) -> float:
    """Which part of all articles is of the sections that the query names."""
    articles = max(searcher.num_docs, 1)
    return prod(
        sum(searcher.doc_freq(field, key) for key in section_keys(field, name)) / articles
        for field, name in query.sections
    )


def loose(query: Query, searcher: tantivy.Searcher) -> Match | None:
    """Articles that have some of what is asked for, in their titles or as rare words of the text, but never one character of a word
    alone; None where nothing is left to look for."""
    terms, likely = query.free, []
    # One character of a word says nothing of what the word says.
    alone = {term.text for term in terms if len(term.text) == 1}
    for field, found in _by_field(terms):
        whole = [word for word in found if word in alone or (len(word) > 1 and field != "characters")]
        known = [(word, searcher.doc_freq(field, word)) for word in whole]
        most = max(searcher.num_docs // 20, 1000)
        likely += [_term(field, word, WEIGHTS[field]) for word, count in known if 0 < count <= most]
    for term in terms:
        for word in IndexedText.of(term.text).telling:
            most = max(searcher.num_docs // 100, 1000)
            if (len(word) > 1 or word in alone) and 0 < searcher.doc_freq("text", word) <= most:
                likely.append(_term("text", word))
    if not likely:
        return None
    parts = [(Occur.Must, one_of(likely))]
    parts += [(Occur.Must, must) for must in within(query)]
    parts += [(Occur.MustNot, one_of(unwanted(term))) for term in query.terms if term.without]
    return Match.boolean_query(parts)


def closeness(terms: Sequence[Term]) -> list[Match]:
    """What makes one article that was found closer than another."""
    return [_term(field, word, WEIGHTS[field]) for field, found in _by_field(terms) for word in found]


def _by_field(terms: Sequence[Term]) -> list[tuple[str, list[str]]]:
    whole = [IndexedText.of(term.text).telling for term in terms]
    in_all = list(dict.fromkeys(word for found in whole for word in found))
    text = [term.text for term in terms]
    return [
        ("title", in_all),
        ("tags", in_all),
        ("lead", in_all),
        ("pairs", _unique(pairs, text)),
        ("characters", [c for c in _unique(characters, text) if c not in FUNCTION_CHARACTERS]),
    ]


def _unique(cut, texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(word for text in texts for word in analyzer().analyze(" ".join(cut(text)))))


def wanted(term: Term, wide: bool = False) -> list[Match]:
    """The ways in which an article may have what `term` asks for; see `strict`."""
    if term.field in ("source", "author"):
        return [_named(term)]
    if term.field in SECTIONS:
        return [any_number(term.field, section_keys(term.field, term.text))]
    found = IndexedText.of(term.text)
    if not found.places:
        return []
    if term.field == "title":
        return _in_title(term.text, term.phrase, wide=True)
    ways = [_phrase("text", found.phrase) if term.phrase else _words("text", found)]
    if wide:
        ways += _in_title(term.text, True)
    known = names()
    ways += [_phrase("text", IndexedText.of(name).phrase) for name in known.also_called(term.text)]
    if not term.phrase:
        ways += [_words("text", IndexedText.of(text)) for text in known.reworded(term.text)]
        if term.text.isascii() and term.text.isalpha():
            ways += sounding(term.text)
    return ways


def unwanted(term: Term) -> list[Match]:
    """The ways in which an article may have what must not be in it."""
    if term.field in ("", "title"):
        field, found = term.field or "text", IndexedText.of(term.text)
        if field == "text" and found.places:
            return [_phrase("text", found.phrase)]
        return _in_title(term.text, True)
    return wanted(term)


def _in_title(text: str, phrase: bool, wide: bool = False) -> list[Match]:
    """The ways to have `text` in the title: side by side, as a phrase has it, or word by word."""
    ways = [_side_by_side(text)] if phrase or wide else []
    return ways if phrase else [*ways, _words("title", IndexedText.of(text))]


def _side_by_side(text: str) -> Match:
    """Titles that have `text` letter by letter. Few have the pairs of its characters, so that only in these is looked at places."""
    places = list(enumerate(_characters(text)))
    if not places:
        return Match.empty_query()
    found = _phrase("characters", places)
    if not is_han(text) or len(pieces(text)) > 1:
        return found
    filters = [Match.const_score_query(_term("pairs", pair), 0.0) for pair in dict.fromkeys(pairs(text))]
    return Match.boolean_query([(Occur.Must, match) for match in (found, *filters)])


def _characters(text: str) -> list[str]:
    return analyzer().analyze(" ".join(characters(text)))


def sounding(letters: str) -> list[Match]:
    """Titles and names that are read so: `kejichuangxin`, or begin so: `kjcx`."""
    if len(letters) > LONGEST_SOUND:
        return []
    ways = [_all("sounds", sounds([way])[: len(way) - 1]) for way in as_syllables(letters)]
    if len(letters) >= FEWEST_INITIALS:
        ways.append(_all("sounds", threes(letters)))
    return ways


def written(places: Sequence[tuple[int, str]]) -> Match:
    """Titles with these characters (`words.characters`) at these places, counted from any."""
    return _phrase("characters", places)


def read_as(found: Sequence[str]) -> Match:
    """Titles and names with all of these sounds (`pinyin.sounds`)."""
    return _all("sounds", found)


def within(query: Query) -> list[Match]:
    """Where and when."""
    found = [any_number(field, section_keys(field, name)) for field, name in query.sections]
    if query.since or query.until:
        found.append(published(query.since, query.until))
    if query.pictured:
        found.append(any_number("pictured", [1]))
    return found


def published(since: date | None, until: date | None) -> Match:
    """Articles of these days, both included. Whole months and years are looked up, which is quick; moments are compared only
    of articles in months that are cut."""
    since = min(max(since, EARLIEST), LATEST) if since else None
    until = max(min(until, LATEST), EARLIEST) if until else None
    exactly = between(
        moment_of(int(day_bounds(since)[0].timestamp())) if since else None,
        moment_of(int(day_bounds(until)[1].timestamp())) - 1 if until else None,
    )
    if since is None or until is None:
        return exactly
    if since.year == until.year and (since.month, until.month) != (1, 12):
        months = range(since.year * 12 + since.month, until.year * 12 + until.month + 1)
        around, is_exact = any_number("month", months), since.day == 1 and (until + DAY).day == 1
    else:
        around = any_number("year", range(since.year, until.year + 1))
        is_exact = (since.month, since.day, until.month, until.day) == (1, 1, 12, 31)
    return around if is_exact else Match.boolean_query([(Occur.Must, around), (Occur.Must, exactly)])


def between(first: int | None, last: int | None) -> Match:
    """Articles whose moments lie between these, both included; None is an open end."""
    return Match.const_score_query(Match.range_query(schema(), "moment", FieldType.Integer, first, last), 0.0)


def of_age(moment: int | None, before: int, months: int | None) -> list[tuple[Occur, Match]]:
    """Articles of the month of a moment (None: now) and of months before it, `months` in all (None: all), without the last
    `before` of them."""
    if months:
        return [(Occur.Must, any_number("month", _months_back(moment, before, months)))]
    return [(Occur.MustNot, any_number("month", _months_back(moment, 0, before)))] if before else []


def articles_of_age(searcher: tantivy.Searcher, moment: int | None, months: int) -> int:
    """How many articles there are of the last `months` months."""
    return sum(searcher.doc_freq("month", month) for month in _months_back(moment, 0, months))


def _months_back(moment: int | None, before: int, months: int) -> range:
    at = datetime.fromtimestamp(second_of(moment), UTC) if moment is not None else datetime.now(UTC)
    last = at.year * 12 + at.month
    # The site's clocks are ahead: the next month may have just begun there.
    return range(last - months + 1, last - before + 1 if before else last + 2)


# The keys of sections by kind, and by address word or name.
sections_by_name: InvalidatingCache[str, dict[str, list[int]]] = InvalidatingCache(3, EVERYWHERE)


def section_keys(field: str, name: str) -> list[int]:
    """The keys of the channels, stations or sub-columns that folded `name` means, by address word (a sub-column: by path) or by
    name."""
    known = sections_by_name.one(field, lambda: (_named_sections(field), [FRONTS]))
    return known.get(name.lower(), [])


def _named_sections(field: str) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    if field == "subsection":
        below = list(Subsection.objects.with_parents()[:MOST_SUBSECTIONS])
        for one in below:
            found.setdefault(fold(one.name), []).append(one.pk)
        return found | {one.path.lower(): [one.pk] for one in below}
    model: type[Section] = Channel if field == "channel" else Station
    sections = list(model.objects.all())
    for section in sections:
        found.setdefault(fold(section.name), []).append(section.pk)
    # An address word wins: it is of one section only.
    return found | {section.slug.lower(): [section.pk] for section in sections}


def _named(term: Term) -> Match:
    model = Source if term.field == "source" else Author
    named = [term.text, *names().also_called(term.text)]
    keys = [
        key
        for name in named
        for key in model.objects.filter(name__icontains=name).values_list("pk", flat=True)[:MOST_NAMED]
    ]
    return any_number(term.field, keys)


def any_number(field: str, numbers: Sequence[int]) -> Match:
    """Articles with any of these numbers. As single terms: their lists are read only where the other words of a query are,
    while a set of terms is gathered from the whole index first."""
    terms = [Match.term_query(schema(), field, number, "basic") for number in dict.fromkeys(numbers)]
    return Match.const_score_query(one_of(terms), 0.0) if terms else Match.empty_query()


def one_of(ways: Sequence[Match]) -> Match:
    if len(ways) == 1:
        return ways[0]
    return Match.boolean_query([(Occur.Should, way) for way in ways]) if ways else Match.empty_query()


def _all(field: str, found: Sequence[str]) -> Match:
    if len(found) == 1:
        return _term(field, found[0])
    return Match.boolean_query([(Occur.Must, _term(field, word)) for word in found])


def _words(field: str, found: IndexedText) -> Match:
    """Articles with all words. Those inside longer ones are no conditions, which saves looking for them, but count."""
    also = [word for word in found.telling if word not in found.needed]
    if not also:
        return _all(field, found.telling)
    parts = [(Occur.Must, _term(field, word)) for word in found.needed]
    return Match.boolean_query(parts + [(Occur.Should, _term(field, word)) for word in also])


def _term(field: str, word: str, weight: float = 1.0) -> Match:
    match = Match.term_query(schema(), field, word, "freq" if field in COUNTED_FIELDS else "basic")
    return match if weight == 1.0 else Match.boost_query(match, weight)


def _phrase(field: str, places: Sequence[tuple[int, str]]) -> Match:
    if len(places) == 1:
        return _term(field, places[0][1])
    return Match.phrase_query(schema(), field, list(places))
