"""Many queries against one article: an index of that article alone answers as the large one does, and the words of the article say which
queries are worth asking it."""

from collections.abc import Callable

import tantivy

from meiri.search.finding import count_of
from meiri.search.index import SMALL_HEAP, WORDS, analyzer, schema
from meiri.search.index_documents import Fields, document_of
from meiri.search.known_names import names
from meiri.search.matching import IndexedText, strict
from meiri.search.query import Query


def words_in(fields: Fields) -> set[str]:
    """The words of an article as the index has them."""
    return set(analyzer().analyze(str(fields["text"])))


def anchors_of(query: Query) -> list[str]:
    """Words of which an article has at least one where it can answer `query`: the longest of what is asked for, and of the other names for
    it. None where nothing is asked for by words."""
    known = names()
    longest: list[str] = []
    for term in query.free:
        ways = [term.text, *known.also_called(term.text)]
        if not (term.phrase or term.field):
            ways += known.reworded(term.text)
        found = [IndexedText.of(way).needed for way in ways]
        anchors = list(dict.fromkeys(max(words, key=len) for words in found if words))
        if all(found) and min(map(len, anchors)) > min(map(len, longest), default=0):
            longest = anchors
    return longest


def asker_of(fields: Fields) -> Callable[[Query], bool]:
    """What tells whether an article has all that a query asks for. Its index is in memory and goes with the function."""
    index = tantivy.Index(schema())
    index.register_tokenizer(WORDS, analyzer())
    writer = index.writer(SMALL_HEAP, 1)
    writer.add_document(document_of(fields))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()
    return lambda query: count_of(searcher, strict(query, ranked=False)) > 0
