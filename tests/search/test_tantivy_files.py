"""What is known of tantivy's files holds for the release that is installed."""

import json
import re

import pytest
import tantivy

from meiri.search import tantivy_files
from meiri.search.tantivy_files import damaged_file, files_of, is_panic


@pytest.fixture
def folder(tmp_path):
    """An index with two documents, of which one was deleted."""
    schema = tantivy.SchemaBuilder().add_text_field("title", stored=True).build()
    index = tantivy.Index(schema, str(tmp_path))
    writer = index.writer()
    for title in ("稻谷", "小麦"):
        writer.add_document(tantivy.Document(title=title))
    writer.commit()
    writer.delete_documents("title", "稻谷")
    writer.commit()
    writer.wait_merging_threads()
    return tmp_path


def test_the_format_of_files_is_the_one_that_was_read():
    """Where it is newer: read in tantivy's src/directory/footer.rs what changed, mend it, then name the format here."""
    (version,) = re.findall(r"index_format (v\d+)", tantivy.__version__)
    assert f"{version}." in tantivy_files.__doc__


def test_every_file_of_an_index_is_known_and_whole(folder):
    segments = json.loads((folder / "meta.json").read_bytes())["segments"]
    named = {name for segment in segments for name in files_of(segment)}
    assert named <= {path.name for path in folder.iterdir()}
    assert named
    assert damaged_file(folder) == ""


def test_one_byte_that_changed_is_found_in_every_file(folder):
    segments = json.loads((folder / "meta.json").read_bytes())["segments"]
    for name in (name for segment in segments for name in files_of(segment)):
        path = folder / name
        before = path.read_bytes()
        path.write_bytes(bytes([before[0] ^ 1]) + before[1:])
        assert damaged_file(folder) == name
        path.write_bytes(before[:-9])
        assert damaged_file(folder) == name
        path.unlink()
        assert damaged_file(folder) == name
        path.write_bytes(before)
    assert damaged_file(folder) == ""


def test_a_panic_is_told_from_other_errors(folder):
    """Of many ways to damage the texts that an index keeps, some make tantivy panic, and nothing but that is told to be one."""
    (stored,) = folder.glob("*.store")
    content, kinds = stored.read_bytes(), set()
    for place in range(24):
        damaged = bytearray(content)
        damaged[place] ^= 0xFF
        stored.write_bytes(damaged)
        try:
            searcher = tantivy.Index.open(str(folder)).searcher()
            searcher.doc(searcher.search(tantivy.Query.all_query(), 5).hits[0][1])
        except BaseException as error:
            kinds.add((is_panic(error), isinstance(error, Exception)))
    assert (True, False) in kinds
    assert kinds <= {(True, False), (False, True)}
