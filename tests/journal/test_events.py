"""Kinds of entries are classes, and consumers are given objects of them."""

from dataclasses import FrozenInstanceError, dataclass

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from meiri.comments.events import CommentApproved
from meiri.journal import consumers
from meiri.journal.content_keys import ARTICLE, COMMENTS
from meiri.journal.events import (
    JournalEvent,
    Misfit,
    UnknownEvent,
    UnknownKind,
    declared,
    declared_events,
    field_names,
    kinds_naming,
    read_event,
)
from meiri.journal.log import append
from meiri.newsroom.events import ArticlePublished
from meiri.sample.events import ArchiveGenerated
from tests.journal.entries import published


@given(st.integers(0, 10**9), st.text(max_size=20), st.none() | st.integers(0, 10**9))
def test_an_event_is_read_out_of_what_its_entry_stores(number, title, revision):
    event = ArticlePublished(keys=[ARTICLE.key(number)], title=title, url="/x", revision=revision)
    event.check()
    assert read_event(event.kind, list(event.keys), event.payload) == event
    assert event.article == number


def test_what_is_none_is_left_out_of_the_payload():
    assert CommentApproved(comment=3, article=42).payload == {"comment": 3, "article": 42}


def test_what_an_older_entry_lacks_is_none_and_what_it_says_besides_is_left_out():
    event = read_event("article.published", ["article:7"], {"title": "一条", "by": "sample"})
    assert (event.title, event.text, event.article) == ("一条", None, 7)


def test_an_entry_of_another_release_can_be_read_and_not_written():
    event = read_event("sputnik.launched", ["article:7"], {"height": 900})
    assert (event.keys, event.payload, event.removes_content) == (["article:7"], {"height": 900}, True)
    assert event.published_address is None
    with pytest.raises(UnknownKind):
        event.check()


@pytest.mark.parametrize(
    "event",
    [
        published(1, "", "footer"),
        ArchiveGenerated(keys=[], articles=1, first=1, last=1, numbers=[1, "2"]),
        ArchiveGenerated(keys=[], articles=1, first=1, last=1, numbers=1),
        ArticlePublished(title=None, url="/x"),
    ],
)
def test_what_a_class_does_not_declare_does_not_fit(event):
    with pytest.raises(Misfit):
        event.check()


def test_an_event_stays_as_it_is():
    with pytest.raises(FrozenInstanceError):
        published(1).title = "别的"


def test_a_kind_is_declared_once_and_says_what_it_is():
    @dataclass(frozen=True, kw_only=True)
    class Again(JournalEvent):
        """An article was published, again."""

        kind = "article.published"
        label = "稿件：发布"

    @dataclass(frozen=True, kw_only=True)
    class Silent(JournalEvent):
        kind = "article.silenced"
        label = "稿件：静默"

    for event, reason in ((Again, "twice"), (Silent, "docstring")):
        with pytest.raises(ValueError, match=reason):
            declared(event)


def test_every_class_is_frozen_and_its_kind_of_the_form_of_kinds():
    for event in declared_events():
        assert event.__dataclass_params__.frozen, event
        thing, _, deed = event.kind.partition(".")
        assert (thing + deed.replace("_", "")).isalpha(), event.kind
        assert len(set(field_names(event)) & set(event.summarised)) == len(event.summarised), event


def test_the_kinds_that_name_a_key_are_known():
    kinds = kinds_naming(COMMENTS)
    assert {"comment.approved", "comment.rejected", "comment.liked", "comment.unsigned"} <= set(kinds)
    assert "comment.reported" not in kinds


@pytest.mark.django_db
def test_a_consumer_is_given_events():
    with transaction.atomic():
        append(published(7), "system")
    given_to_it = []
    consumers.run_consumer("index", lambda entries: given_to_it.extend(entry.event for entry in entries))
    assert given_to_it == [published(7)]
    assert not isinstance(given_to_it[0], UnknownEvent)
