"""What was fetched of an old site, as an archive: what is the same in whichever way it was fetched."""

from pathlib import Path
from typing import ClassVar

from meiri.ingest.import_format import Confidence
from meiri.ingest.migration.fetched_store import FetchedStore, is_fetched
from meiri.ingest.migration.old_archive import ArchiveSource, ArchiveSystem, OldArchive


class FetchedSystem(ArchiveSystem):
    """`name` is the kind of its stores, `archive` what opens one."""

    archive: ClassVar[type["FetchedArchive"]]

    def confidence(self, source: ArchiveSource) -> Confidence:
        return Confidence.CERTAIN if is_fetched(source.path, self.name) else Confidence.NONE

    def open(self, source: ArchiveSource) -> OldArchive:
        return self.archive(source.path)


class FetchedArchive(OldArchive):
    def __init__(self, folder: Path):
        self._store = FetchedStore(folder)
        self.site = self.base = self._store.about("base")

    def close(self) -> None:
        self._store.close()

    def faults(self) -> list[str]:
        return self._store.faults()

    def picture_file(self, folder: Path | None, address: str) -> Path | None:
        return self._store.picture_file(address)
