"""Keys are made and read by one module."""

from hypothesis import given
from hypothesis import strategies as st

from meiri.journal import content_keys
from meiri.journal.content_keys import (
    CHANNEL,
    FORMS,
    NAV,
    RIVER,
    STATION,
    NamedForm,
    NumberedForm,
    archive_key,
    is_content_key,
    periods,
)

NUMBERED = [form for form in FORMS if isinstance(form, NumberedForm)]
NAMED = [form for form in FORMS if isinstance(form, NamedForm)]
NAMES = st.from_regex(r"\A[a-z][a-z0-9-]{0,38}\Z")


@given(st.sampled_from(NUMBERED), st.integers(0, 2**59))
def test_a_number_is_read_out_of_the_key_that_was_made_of_it(form, number):
    key = form.key(number)
    assert is_content_key(key)
    assert form.number(key) == number
    assert [other for other in FORMS if other.matches(key)] == [form]
    assert [other.number(key) for other in NUMBERED if other is not form] == [None] * (len(NUMBERED) - 1)


@given(st.sampled_from(NAMED), NAMES)
def test_a_named_key_is_of_one_form(form, name):
    assert [other for other in FORMS if other.matches(form.key(name))] == [form]


@given(st.sampled_from([CHANNEL, STATION]), NAMES, st.dates())
def test_archives_have_keys_of_their_own(form, name, day):
    for section in (form.key(name), RIVER):
        for period in (*periods(day), "first"):
            key = archive_key(section, period)
            assert is_content_key(key)
            assert key.startswith(section)
            assert [other for other in FORMS if other.matches(key)] == [content_keys.ARCHIVES]


def test_no_two_forms_begin_with_the_same_word():
    words = [form.word for form in FORMS if form is not content_keys.ARCHIVES]
    assert len(words) == len(set(words))


@given(st.text(max_size=12))
def test_other_texts_are_no_keys_and_hold_no_number(text):
    assert not is_content_key(f"sputnik:{text}")
    assert content_keys.ARTICLE.number(f"article:x{text}") is None


def test_numbers_are_read_out_of_the_keys_of_one_form():
    keys = [NAV, "article:7", "articles:8", "article:9", "article:", "article:١", "author:3"]
    assert list(content_keys.ARTICLE.numbers(keys)) == [7, 9]
