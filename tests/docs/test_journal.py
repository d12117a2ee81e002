"""docs/journal.md shows the content keys and kinds of entries that the code declares."""

from meiri.journal.describing import TABLES, described
from tests.conftest import PROJECT

DOCUMENT = PROJECT / "docs/journal.md"


def test_its_tables_are_those_of_the_code():
    document = DOCUMENT.read_text()
    assert described(document) == document, "run `meiri describe_journal docs/journal.md`"
    assert [document.count(f"<!-- table: {name} -->") for name in TABLES] == [1] * len(TABLES)


def test_a_table_that_is_behind_is_written_anew():
    behind = "Before.\n<!-- table: keys -->\n| old |\n<!-- end -->\nAfter.\n"
    new = described(behind)
    assert new.startswith("Before.\n<!-- table: keys -->\n| key |")
    assert "| `article:42` | an article |\n" in new
    assert new.endswith("|\n<!-- end -->\nAfter.\n")
