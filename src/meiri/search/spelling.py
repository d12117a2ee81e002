"""What a reader may have meant (“您是不是要找”) by words that find nothing: characters that are read alike, one wrong character,
one slip in pinyin. What is meant is taken from titles and names; a few dozen look-ups tell.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice, pairwise, product

import tantivy
from tantivy import Order
from tantivy import Query as Match

from meiri.newsroom.models import Article
from meiri.search.directory import names_read, names_with_one_other
from meiri.search.folding import fold
from meiri.search.index import ask_index
from meiri.search.matching import one_of, read_as, strict, written
from meiri.search.pinyin import as_syllables, near, sounds, spoken
from meiri.search.query import Query, Term
from meiri.search.words import cut, is_han, pieces

MOST_MEANT = 3
# Longer words are looked at where they are unlikely.
LONGEST_RUN = 8
LONGEST_LETTERS = 40
FEWEST_LETTERS = 4
MOST_TERMS = 4
# Titles that are looked at for each guess.
LOOKED_AT = 30
# Ways to read letters with a slip: so many are weighed, so many of these are looked for.
MOST_WEIGHED, MOST_READINGS = 120, 4
MOST_TRIED = 8


def meant(text: str, query: Query) -> list[str]:
    """What the reader may have meant by `text`, which was parsed as `query` and finds nothing; at most `MOST_MEANT`, best
    first. Each finds something with the filters of `query`. None for queries with operators: who writes them means what they
    say. Raises `index.Unavailable`."""
    if not query.is_plain or not 0 < len(query.wanted) <= MOST_TERMS:
        return []
    return ask_index(lambda searcher: _meant(searcher, " ".join(text.replace("\0", " ").split()), query))


def _meant(searcher: tantivy.Searcher, text: str, query: Query) -> list[str]:
    ways: list[list[Term]] = []
    for term in query.wanted:
        alone = replace(query, terms=(term,))
        if len(query.wanted) > 1 and finds(searcher, alone):
            ways.append([term])
        else:
            ways.append([replace(term, text=guess) for guess in guesses(searcher, term.text)] or [term])
    found: dict[str, None] = {}
    for chosen in islice(product(*ways), MOST_TRIED):
        if list(chosen) == query.wanted:
            continue
        without = tuple(term for term in query.terms if term.without)
        if finds(searcher, replace(query, terms=(*chosen, *without))):
            found[_rewritten(text, query.wanted, chosen)] = None
        if len(found) == MOST_MEANT:
            break
    return list(found)


def finds(searcher: tantivy.Searcher, query: Query) -> bool:
    """Whether an article has all that `query` asks for."""
    return bool(searcher.search(strict(query), 1, count=False).hits)


def _rewritten(text: str, terms: Sequence[Term], chosen: Sequence[Term]) -> str:
    """`text` with each of `terms`, which stand there in their order, replaced."""
    folded, rewritten, at = fold(text), [], 0
    for term, other in zip(terms, chosen, strict=True):
        place = folded.find(term.text, at)
        if place < 0:
            continue
        rewritten += [text[at:place], other.text]
        at = place + len(term.text)
    return "".join([*rewritten, text[at:]])


def guesses(searcher: tantivy.Searcher, word: str) -> list[str]:
    """What may have been meant by one folded word, best first; not all of it need be found."""
    if word.isascii() and word.isalpha():
        return meant_by_letters(searcher, word)
    found: dict[str, None] = {}
    for piece in pieces(word):
        if is_han(piece) and len(piece) > 1:
            for part, others in _parts(searcher, piece):
                found |= dict.fromkeys(word.replace(part, other, 1) for other in others)
                if found:
                    break
    found.pop(word, None)
    return list(found)[: 2 * MOST_MEANT]


def _parts(searcher: tantivy.Searcher, run: str) -> Iterator[tuple[str, list[str]]]:
    """`run`, then its parts that are likely to be wrong, each with what may have been meant by it."""
    if len(run) <= LONGEST_RUN:
        yield run, meant_by_characters(searcher, run)
    for part in unlikely(searcher, run) if len(run) > 3 else []:
        yield part, meant_by_characters(searcher, part)


def unlikely(searcher: tantivy.Searcher, run: str) -> list[str]:
    """Short parts of `run` around neighbours that stand side by side in no title; at most three."""
    never = [i for i, pair in enumerate(pairwise(run)) if not searcher.doc_freq("pairs", "".join(pair))]
    if not never:
        return []
    first, last = never[0], min(never[-1], never[0] + LONGEST_RUN - 3) + 2
    parts = [run[first : last + 1], run[max(0, first - 1) : last], run[first:last]]
    return list(dict.fromkeys(part for part in parts if 1 < len(part) < len(run)))


def meant_by_characters(searcher: tantivy.Searcher, run: str) -> list[str]:
    """What may have been meant by a run of Chinese characters: what is read as it is, then what has one other character."""
    syllables = spoken(run)
    alike = read_alike(searcher, syllables) if all(syllables) else []
    alike += names_read([syllables], MOST_MEANT) if all(syllables) else []
    other = one_other(searcher, run, syllables) if len(run) > 2 else []
    return [text for text in dict.fromkeys([*alike, *other]) if text != run]


def meant_by_letters(searcher: tantivy.Searcher, letters: str) -> list[str]:
    """What may have been meant by pinyin with one slip."""
    if not FEWEST_LETTERS <= len(letters) <= LONGEST_LETTERS:
        return []
    weighed = list(islice(slipped(letters), MOST_WEIGHED))
    found = dict.fromkeys(names_read(weighed, MOST_MEANT))
    likely = sorted(((commonness(searcher, way), way) for way in weighed), key=lambda way: -way[0])
    for common, syllables in likely[:MOST_READINGS]:
        if common:
            found |= dict.fromkeys(read_alike(searcher, syllables)[:1])
    return list(found)[:MOST_TRIED]


def commonness(searcher: tantivy.Searcher, syllables: Sequence[str]) -> int:
    """How many titles may be read so at most."""
    return min(
        (searcher.doc_freq("sounds", f"{a}'{b}") for a, b in pairwise(syllables)),
        default=0,
    )


def slipped(letters: str) -> Iterator[list[str]]:
    """The ways to read letters as two or more syllables of which one has a slip, or two have exchanged a letter."""
    size = len(letters)
    heads: list[list[list[str]]] = [as_syllables(letters[:i], 1)[:1] if i else [[]] for i in range(size + 1)]
    tails: list[list[list[str]]] = [
        as_syllables(letters[i:], 1)[:1] if i < size else [[]] for i in range(size + 1)
    ]
    seen = set()
    for start in range(size):
        for end in range(start + 1, min(start + 8, size + 1)) if heads[start] else ():
            for syllable in near(letters[start:end]) if tails[end] else ():
                way = [*heads[start][0], syllable, *tails[end][0]]
                if len(way) > 1 and tuple(way) not in seen:
                    seen.add(tuple(way))
                    yield way
    for i in range(size - 1):
        exchanged = letters[:i] + letters[i + 1] + letters[i] + letters[i + 2 :]
        yield from as_syllables(exchanged)[:1] if letters[i] != letters[i + 1] else []


def read_alike(searcher: tantivy.Searcher, syllables: Sequence[str]) -> list[str]:
    """What titles have that is read as these two or more syllables, the most frequent first."""
    pairs = [f"{a}'{b}" for a, b in pairwise(syllables)]
    if not pairs or not all(searcher.doc_freq("sounds", pair) for pair in pairs):
        return []
    found: Counter[str] = Counter()
    for title in titles_of(searcher, read_as(sounds([syllables])[: len(pairs)])):
        read = spoken(title)
        for i in range(len(read) - len(syllables) + 1):
            if read[i : i + len(syllables)] == list(syllables):
                found[title[i : i + len(syllables)]] += 1
    return [text for text, _ in found.most_common(MOST_MEANT)]


def one_other(searcher: tantivy.Searcher, run: str, syllables: Sequence[str]) -> list[str]:
    """What titles have that is `run` but for one character that is wrong, missing or too many; what sounds near first, then
    the most frequent."""
    if len(run) > LONGEST_RUN:
        return []
    known = [bool(searcher.doc_freq("characters", character)) for character in run]
    ways = [way for way, needed in _with_one_other(run) if all(known[i] for i in needed)]
    found: Counter[str] = Counter()
    for title in titles_of(searcher, one_of(ways)) if ways else ():
        for text in {text for text in _near_in(title, run) if is_near(text, run)}:
            found[text] += 1
    ranked = [text for text, _ in found.most_common()]
    alike = {text: sounds_near(spoken(text), syllables) for text in ranked[: 2 * LOOKED_AT]}
    # Two characters of three are in many names: the third must make a word of them or sound like what was written.
    sure = [t for t in alike if len(run) > 3 or alike[t] or len(cut(t)) == 1]
    names = names_with_one_other(run, MOST_MEANT)
    return [*sorted(sure, key=lambda text: not alike[text])[:MOST_MEANT], *names]


def _with_one_other(run: str) -> Iterator[tuple[Match, list[int]]]:
    """Titles that may have it, and which characters of `run` they must have."""
    places = list(enumerate(run))
    for i in range(len(run)):
        others = [j for j in range(len(run)) if j != i]
        first = others[0]
        yield written([(j - first, run[j]) for j in others]), others
        if 0 < i < len(run) - 1:
            yield written([(j - (j > i), run[j]) for j in others]), others
        if i:
            yield written([(j + (j >= i), character) for j, character in places]), list(range(len(run)))


def _near_in(title: str, run: str) -> Iterator[str]:
    for size in (len(run), len(run) - 1, len(run) + 1):
        for i in range(len(title) - size + 1):
            part = title[i : i + size]
            # With a character more or less, both ends tell where the word stands.
            if size == len(run) or (part[0] == run[0] and part[-1] == run[-1]):
                yield part


def is_near(text: str, run: str) -> bool:
    """Whether `text` is Chinese and `run` but for one character that is wrong, missing or too many."""
    if text == run or not all(map(is_han, text)):
        return False
    start = next(
        (i for i, (a, b) in enumerate(zip(text, run, strict=False)) if a != b), min(len(text), len(run))
    )
    a, b = text[start:], run[start:]
    return a[len(a) > len(b) or len(a) == len(b) :] == b[len(b) > len(a) or len(a) == len(b) :]


def sounds_near(read: Sequence[str], syllables: Sequence[str]) -> bool:
    """Whether two texts of one length are read alike but for a slip in one syllable."""
    if len(read) != len(syllables):
        return False
    unlike = [(a, b) for a, b in zip(read, syllables, strict=True) if a != b]
    return all(a in near(b) for a, b in unlike) and len(unlike) <= 1


def titles_of(searcher: tantivy.Searcher, match: Match) -> list[str]:
    """The folded titles of the newest articles that `match` finds. One query."""
    hits = searcher.search(match, LOOKED_AT, count=False, order_by_field="moment", order=Order.Desc).hits
    keys: Iterable = searcher.fast_field_values("id", [address for _, address in hits])
    return [
        fold(title) for title in Article.objects.live().filter(pk__in=keys).values_list("title", flat=True)
    ]
