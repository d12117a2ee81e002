"""What outsiders write where a number is asked for is a number, or nothing."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meiri.asked_numbers import asked_number
from tests.conftest import PROJECT


@given(st.integers(0, 10**18 - 1))
def test_every_number_that_databases_compare_with_is_read(number):
    assert asked_number(str(number)) == number < 2**63


@given(st.text(max_size=30) | st.text("0123456789", max_size=30) | st.none())
def test_anything_is_survived_and_only_digits_are_numbers(text):
    number = asked_number(text)
    assert number is None or (str(number) == text.lstrip("0") or number == 0)


@pytest.mark.parametrize("text", ["", None, "-1", "+1", " 1", "1.0", "1_0", "１２", "٣", "²", "x", "9" * 19])
def test_what_is_no_number(text):
    assert asked_number(text) is None


def test_fewer_digits_may_be_asked_for():
    assert asked_number("99", most_digits=2) == 99
    assert asked_number("100", most_digits=2) is None


def test_no_other_module_reads_numbers_of_requests_for_itself():
    """Modules that read documents, and the proof that a browser worked, mean something else by digits."""
    by_hand = re.compile(r"isascii\(\) and (\w+)\.is(digit|decimal)\(\)")
    package = PROJECT / "src/meiri"
    found = {
        str(path.relative_to(package)) for path in package.rglob("*.py") if by_hand.search(path.read_text())
    }
    assert {path for path in found if not path.startswith("ingest/pasted_")} == {
        "asked_numbers.py",
        "comments/proof_of_work.py",
    }
