"""Sources as the form of an article offers them: found by what the register calls them too, each with what it says of it today."""

from meiri.newsroom.models import Source
from meiri.newsroom.picking import CHOICES, Choices
from meiri.sources.source_chooser import found_by, said_of


class SourceChoices(Choices):
    def __init__(self):
        super().__init__(Source, lambda user, rows: rows.order_by("name"))

    def named(self, rows, typed):
        return found_by(rows, typed)

    def notes(self, rows):
        said = said_of(rows)
        return {row.pk: said.get(row.name, "") for row in rows}


def register() -> None:
    CHOICES["source"] = SourceChoices()
