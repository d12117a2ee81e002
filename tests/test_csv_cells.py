"""Cells of CSV files that begin no formula, and are read again as they were."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meiri.csv_cells import MARK, csv_lines, decode_csv, guarded, unguarded

AWKWARD = st.text(alphabet="=+-@'\t\r\n \u3000,\"词1", max_size=8)


@given(st.one_of(st.text(max_size=8), AWKWARD))
def test_a_guarded_cell_begins_no_formula_and_says_the_same_afterwards(text):
    assert not guarded(text).lstrip().startswith(("=", "+", "-", "@"))
    assert unguarded(guarded(text)) == text


@given(st.lists(st.lists(st.one_of(AWKWARD, st.integers()), min_size=1, max_size=4), max_size=5))
def test_a_file_is_read_again_as_it_was(rows):
    text = decode_csv("".join(csv_lines(rows)).encode())
    read = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert [[unguarded(cell) for cell in row] for row in read] == [
        [str(cell) for cell in row] for row in rows
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_files_of_spreadsheets_are_text(encoding):
    assert decode_csv("单位名称,域名\r\n".encode(encoding)) == "单位名称,域名\r\n"


def test_what_is_no_text_is_none():
    assert decode_csv(b"PK\x03\x04\x00\x00") is None
    assert next(iter(csv_lines([]))) == MARK
