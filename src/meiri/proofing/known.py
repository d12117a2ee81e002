"""What the newsroom knows beside a text, kept at hand until editors change it."""

from collections.abc import Sequence
from datetime import date

from meiri.journal.cache import InvalidatingCache
from meiri.journal.content_keys import PROOFING_NAMES, PROOFING_WORDS
from meiri.newsroom.clock import today
from meiri.proofing.models import listed_words, register_entries
from meiri.proofing.rules.listed_words import WordIndex
from meiri.proofing.rules.names import NameRegister
from meiri.proofing.rules.rule import Known

_kept: InvalidatingCache[str, WordIndex | NameRegister] = InvalidatingCache(2)


def known(day: date | None = None, published: Sequence[str] = ()) -> Known:
    """What rules know of a text that is for `day`, today where None, and of what readers see of it. One query, two more
    where editors changed a list."""
    words = _kept.one("words", lambda: (WordIndex(listed_words()), [PROOFING_WORDS]))
    names = _kept.one("names", lambda: (NameRegister(register_entries()), [PROOFING_NAMES]))
    return Known(day or today(), words, names, published)
