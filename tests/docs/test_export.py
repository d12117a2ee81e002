"""docs/export.md shows the files and fields that an exported site has, as the code writes them."""

from meiri.ingest.leaving.describing_site import SITE_TABLES
from meiri.ingest.leaving.exporting_articles import OPEN_FORMATS
from meiri.ingest.leaving.site_folder import SiteManifest, SitePart
from meiri.ingest.leaving.site_kinds import WITHHELD
from meiri.journal.describing import described
from tests.conftest import PROJECT
from tests.docs.markdown import code, rows

DOCUMENT = PROJECT / "docs/export.md"


def test_its_tables_are_those_of_the_code():
    document = DOCUMENT.read_text()
    assert described(document, SITE_TABLES) == document, "run `meiri describe_export docs/export.md`"
    assert [document.count(f"<!-- table: {name} -->") for name in SITE_TABLES] == [1] * len(SITE_TABLES)


def test_it_names_every_field_that_is_withheld():
    told = {
        (kind, field)
        for fields, _ in rows("docs/export.md", "withheld field")
        for names, kinds in [fields.split(" of ")]
        for kind in code(kinds)
        for field in code(names)
    }
    assert told == {(label.lower(), field) for label, fields in WITHHELD.items() for field in fields}


def test_it_names_every_field_of_the_manifest():
    ((_, told),) = [row for row in rows("docs/export.md", "file") if code(row[0]) == ["manifest.json"]]
    fields = {*SiteManifest.__dataclass_fields__, *SitePart.__dataclass_fields__} - {"last"}
    assert fields <= set(code(told))


def test_it_has_a_row_for_each_format_of_other_systems():
    told = [code(row[0])[0] for row in rows("docs/export.md", "format")]
    assert told == list(OPEN_FORMATS)
