"""What formats of other systems have in common: they are written batch by batch, each file whole or not at all."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

from meiri.ingest.leaving.outgoing import OutgoingArticle


class OpenFormat(ABC):
    """A format that published articles leave in. `name`: as `meiri export --format` takes it."""

    name: ClassVar[str]

    @abstractmethod
    def write_batch(self, folder: Path, number: int, articles: list[OutgoingArticle]) -> None:
        """Write a batch, the `number`-th, from 1. To write it again, after an interruption, makes the same files."""

    def finish(self, folder: Path) -> None:  # noqa: B027 most formats have nothing to add
        """Write what there is once in the folder, when all batches are there."""
