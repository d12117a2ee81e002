"""The digest of a text does not depend on the order in which a database gives names back, and older digests stay right."""

import hashlib
import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meiri.journal.encoding import canonical
from meiri.journal.models import Entry
from meiri.newsroom.body.stream import ArticleBody
from meiri.newsroom.body.table import ArticleTableBlock
from meiri.newsroom.models import Article
from meiri.newsroom.published_texts import (
    TEXT,
    digest_of_article,
    live_articles_are_as_published,
    text_of_article,
)
from meiri.newsroom.text_forms import canonical_form, older_forms
from tests.newsroom_factory import an_article

BODY = ArticleBody()
words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
ids = st.uuids().map(str)


def wrapped(kind: str, value):
    return st.builds(lambda value, key: {"type": kind, "value": value, "id": key}, value, ids)


def listed(value):
    return st.lists(wrapped("item", value), max_size=3)


def table_as_the_form_writes(rows):
    return {"data": rows, "cell": [{"row": 0, "col": 0, "className": "htRight"}], "mergeCells": [],
            "first_row_is_table_header": True, "first_col_is_header": False, "table_header_choice": "row",
            "table_caption": "标题"}  # fmt: skip


rows = st.lists(st.lists(st.one_of(words, st.none()), min_size=2, max_size=2), min_size=1, max_size=3)
picture = st.builds(
    lambda key, caption, credit: {"image": key, "caption": caption, "credit": credit},
    st.integers(1, 9),
    words,
    words,
)
blocks_without_tables = st.one_of(
    wrapped("text", words),
    wrapped("heading", words),
    wrapped("image", picture),
    wrapped("quote", st.builds(lambda text, speaker: {"text": text, "speaker": speaker}, words, words)),
    wrapped("gallery", st.builds(lambda found: {"pictures": found}, listed(picture))),
    wrapped(
        "poll",
        st.builds(
            lambda question, choices: {
                "question": question,
                "choices": choices,
                "most": 1,
                "closes": None,
                "shown_at_end": False,
                "members_only": True,
            },
            words,
            listed(st.builds(lambda text: {"text": text}, words)),
        ),
    ),
    wrapped(
        "fact_box",
        st.builds(lambda title, facts: {"title": title, "facts": facts, "image": None}, words, words),
    ),
)


def bodies(table):
    written = wrapped("table", rows.map(table))
    return st.lists(st.one_of(blocks_without_tables, written), max_size=5)


a_body = st.one_of(
    bodies(table_as_the_form_writes),
    bodies(lambda rows: ArticleTableBlock.of_rows(rows, is_headed=True, caption="标题")),
)


def as_jsonb(value):
    if isinstance(value, dict):
        return {name: as_jsonb(value[name]) for name in sorted(value, key=lambda name: (len(name), name))}
    return [as_jsonb(item) for item in value] if isinstance(value, list) else value


def shuffled(value, chance: random.Random):
    if isinstance(value, dict):
        names = list(value)
        chance.shuffle(names)
        return {name: shuffled(value[name], chance) for name in names}
    return [shuffled(item, chance) for item in value] if isinstance(value, list) else value


def fields(body) -> dict:
    return {name: body if name == "body" else f"{name}的文字" for name in TEXT}


@given(a_body, st.randoms())
def test_any_order_of_names_is_the_same_text(body, chance):
    assert canonical_form(fields(shuffled(body, chance)), None) == canonical_form(fields(body), None)


@given(a_body)
def test_the_text_is_json_that_says_what_is_stored(body):
    text = canonical_form(fields(body), None)
    assert json.loads(text) == {**fields(body), "published_at": ""}
    assert text == canonical(json.loads(text), fractions=True)


@given(a_body)
def test_what_was_signed_in_an_older_form_is_found_after_a_move(body):
    def signed(written) -> bytes:
        return canonical({**fields(body), "body": str(written), "published_at": ""})

    for written in (body, as_jsonb(body)):
        for stored in (body, as_jsonb(body)):
            assert signed(written) in list(older_forms(fields(stored), None, BODY))
    for stored in (body, as_jsonb(body)):
        assert all(
            form != canonical_form(fields(stored), None) for form in older_forms(fields(stored), None, BODY)
        )


@given(st.recursive(st.one_of(words, st.integers(-(2**53) + 1, 2**53 - 1), st.booleans(), st.none(), st.floats(allow_nan=False, allow_infinity=False)), lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(words, inner, max_size=3)), max_leaves=8))  # fmt: skip
def test_whatever_a_block_may_hold_has_one_form(value):
    body = [{"type": "of another release", "value": value, "id": "1"}]
    again = json.loads(json.dumps(as_jsonb(body)))
    assert canonical_form(fields(body), None) == canonical_form(fields(again), None)
    assert list(older_forms(fields(body), None, BODY))


def recorded_in_older_form(article: Article) -> str:
    """Let the journal say of an article what an earlier release wrote. The digest."""
    stored = {name: article._meta.get_field(name).get_prep_value(getattr(article, name)) for name in TEXT}
    stored["published_at"] = article.published_at.isoformat()
    text = canonical({name: str(value) for name, value in stored.items()})
    entry = Entry.objects.get(kind="article.published", keys__0=article.content_key)
    entry.payload["text"] = hashlib.sha256(text).hexdigest()
    super(type(Entry.objects.all()), Entry.objects.filter(pk=entry.pk)).update(payload=entry.payload)
    return entry.payload["text"]


@pytest.mark.django_db
def test_an_older_digest_is_right_and_a_changed_text_is_not():
    article = an_article("由上一版系统发布")
    article = Article.objects.get(pk=article.pk)
    older = recorded_in_older_form(article)
    assert older != digest_of_article(article)
    assert not list(live_articles_are_as_published())
    text = text_of_article(article, older)
    assert hashlib.sha256(text).hexdigest() == older
    assert isinstance(json.loads(text)["body"], str)
    assert isinstance(json.loads(text_of_article(article))["body"], list)
    article.title = "改过的标题"
    assert hashlib.sha256(text_of_article(article, older)).hexdigest() != older
