"""Keep the fingerprint of every article: when it is saved, when many are inserted, and where one is missing."""

import struct
from collections.abc import Callable, Iterable, Sequence

from django.db import connection, transaction

from meiri.newsroom.inserting import insert_rows
from meiri.newsroom.models import Article
from meiri.search.article_texts import ArticleText, words_of
from meiri.search.minhash import minhash_of
from meiri.search.models import Fingerprint

BATCH = 500
# Of one statement; databases take only so many values in one.
ROWS = 250


@transaction.atomic
def store_fingerprint(article_id: int, words: ArticleText) -> None:
    """Keep the fingerprint of an article whose words are `words` now. One query; four at most where the text changed.

    It is part of every saving, so it is written out. Of two who save one article at the same moment, one may leave numbers
    of the other behind: they lead to an article that is then compared, and found to be unlike.
    """
    numbers = minhash_of(words.compared)
    with connection.cursor() as cursor:
        cursor.execute("SELECT numbers FROM search_fingerprint WHERE article_id = %s", [article_id])
        kept = cursor.fetchone()
        before = unpacked(kept[0]) if kept else None
        if before == numbers:
            return
        cursor.execute(
            "INSERT INTO search_fingerprint (article_id, numbers) VALUES (%s, %s)"
            " ON CONFLICT (article_id) DO UPDATE SET numbers = excluded.numbers",
            [article_id, packed(numbers)],
        )
    _forget_numbers(article_id, set(before or ()).difference(numbers))
    _insert_numbers([(number, article_id) for number in set(numbers).difference(before or ())])


@transaction.atomic
def delete_fingerprint(article_id: int) -> None:
    """Drop the fingerprint of an article that is about to be deleted."""
    kept = Fingerprint.objects.filter(pk=article_id).values_list("numbers", flat=True).first()
    _forget_numbers(article_id, set(unpacked(kept or b"")))
    Fingerprint.objects.filter(pk=article_id).delete()


@transaction.atomic
def store_new_fingerprints(words: Iterable[tuple[int, ArticleText]]) -> None:
    """Keep the fingerprints of many articles that have none: (key, words) of each."""
    sketches = [(key, minhash_of(its.compared)) for key, its in words]
    insert_rows(Fingerprint, ["article", "numbers"], ((key, packed(numbers)) for key, numbers in sketches))
    _insert_numbers([(number, key) for key, numbers in sketches for number in numbers])


def store_missing_fingerprints(done: Callable[[int], None] = lambda looked_at: None) -> int:
    """Make the fingerprints that are missing, in batches of `BATCH` articles, each in a transaction of its own; the
    number that were made. `done` is told how many articles were looked at. Memory is bounded by a batch."""
    last = made = 0
    while keys := list(
        Article.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]
    ):
        last = keys[-1]
        there = set(Fingerprint.objects.filter(pk__in=keys).values_list("pk", flat=True))
        if missing := [key for key in keys if key not in there]:
            store_new_fingerprints(words_of(missing).items())
            made += len(missing)
        done(len(keys))
    return made


def packed(numbers: Sequence[int]) -> bytes:
    return struct.pack(f">{len(numbers)}i", *numbers)


def unpacked(kept: bytes | memoryview) -> list[int]:
    return list(struct.unpack(f">{len(kept) // 4}i", kept))


def _insert_numbers(rows: Sequence[tuple[int, int]]) -> None:
    # In the order of the index, whose pages are then touched one after the other.
    ordered = sorted(rows)
    with connection.cursor() as cursor:
        for first in range(0, len(ordered), ROWS):
            some = ordered[first : first + ROWS]
            # Two who save the same article at once may both come here.
            cursor.execute(
                "INSERT INTO search_fingerprintnumber (number, article) VALUES"  # noqa: S608
                f" {', '.join(['(%s, %s)'] * len(some))} ON CONFLICT DO NOTHING",
                [value for row in some for value in row],
            )


def _forget_numbers(article_id: int, numbers: set[int]) -> None:
    if not numbers:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM search_fingerprintnumber WHERE article = %s"  # noqa: S608
            f" AND number IN ({', '.join(['%s'] * len(numbers))})",
            [article_id, *numbers],
        )
