"""Which bytes each page file may hold: what the index of pages knows of their digests.

A page's digests are entered before its files appear (`coming`), and settled when they are whole. A process that dies between the
two leaves files of either state, and both are known; those of a page that is being removed are forgotten first. So whatever the
index does not know, somebody else has written.
"""

import hashlib
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from meiri.delivery.index_database import IndexDatabase

SIZE = hashlib.sha256().digest_size
# Variants of a page; sets of digests that are remembered of pages whose writing was broken off again and again.
VARIANTS, SETS = 3, 8


def digest_of(suffix: str, content: bytes) -> bytes:
    """The digest of a page's file with this suffix. One variant in the place of another has a wrong one too."""
    return hashlib.sha256(suffix.encode() + b"\0" + content).digest()


def digests_of(variants: Mapping[str, bytes]) -> bytes:
    """The digests of all variants of a page, by the suffix of their files, one after the other."""
    return b"".join(digest_of(suffix, content) for suffix, content in variants.items())


@dataclass(frozen=True)
class KnownDigests:
    """`settled` and `coming` hold digests one after the other. Both are empty where nobody vouches for the page's files. Those
    that a release wrote which knew no digests are `trusted` until they are made again, which the new one begins with."""

    settled: bytes = b""
    coming: bytes = b""
    trusted: bool = False

    def __contains__(self, digest: bytes) -> bool:
        return self.trusted or any(
            digest == known[start : start + SIZE]
            for known in (self.settled, self.coming)
            for start in range(0, len(known), SIZE)
        )

    @property
    def complete(self) -> bool:
        """Whether the files must all be there: the page was written, and nobody was writing it again."""
        return bool(self.settled) and not self.coming


class DigestIndex(IndexDatabase):
    """What the index knows of the bytes of its pages."""

    def known_digests(self, address: str) -> KnownDigests | None:
        """None where the index does not know the page."""
        found = self._database.execute(
            "SELECT settled, coming, size FROM page LEFT JOIN digest ON page = id WHERE address = ?",
            [address],
        ).fetchone()
        if found is None:
            return None
        settled, coming, size = found
        return KnownDigests(trusted=size > 0) if settled is None else KnownDigests(settled, coming)

    def vouch_no_more(self, address: str) -> None:
        """Before the page's files are removed, all of them or one after the other."""
        with self._writing() as database:
            database.execute(
                "INSERT OR REPLACE INTO digest SELECT id, x'', x'' FROM page WHERE address = ?", [address]
            )

    def vouched_pages(self, below: str = "/", after: int = 0, most: int = 500) -> list[tuple[int, str]]:
        """(number, address) of pages that must be there, whose address begins with `below`, by number, from the one after
        `after`."""
        rows = self._database.execute(
            "SELECT id, address FROM page JOIN digest ON page = id WHERE id > ? AND coming = x'' AND settled != x''"
            " AND substr(address, 1, ?) = ? ORDER BY id LIMIT ?",
            [after, len(below), below, most],
        )
        return rows.fetchall()

    def every_vouched_page(self, below: str = "/") -> Iterator[str]:
        """The addresses of all of them, in batches."""
        found = self.vouched_pages(below)
        while found:
            yield from (address for _, address in found)
            found = self.vouched_pages(below, after=found[-1][0])

    def _expect_digests(self, database: sqlite3.Connection, page: int, digests: bytes) -> None:
        found = database.execute("SELECT coming FROM digest WHERE page = ?", [page]).fetchone()
        coming = ((found[0] if found else b"") + digests)[-SIZE * VARIANTS * SETS :]
        database.execute(
            "INSERT INTO digest VALUES (?, x'', ?) ON CONFLICT (page) DO UPDATE SET coming = excluded.coming",
            [page, coming],
        )

    def _settle_digests(self, database: sqlite3.Connection, address: str) -> None:
        """The last that were entered are those of the page's files."""
        database.execute(
            "UPDATE digest SET settled = substr(coming, ?), coming = x''"
            " WHERE page = (SELECT id FROM page WHERE address = ?) AND coming != x''",
            [-SIZE * VARIANTS, address],
        )
