"""Whoever can write the database can't make another past of it."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from meiri.journal.encoding import digest
from meiri.journal.heads import note_head, noted_heads, noted_heads_stand, sign
from meiri.journal.log import append, end_of_journal
from meiri.journal.models import GENESIS, Entry
from meiri.journal.verification import verify_chain
from tests.journal.entries import published

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.HOME = tmp_path
    return tmp_path


@transaction.atomic
def write(count: int) -> None:
    for n in range(count):
        append(published(n), "user:1")


def forge(first: int, title: str) -> None:
    """Change entry `first` and make all digests from there on anew, by SQL and without any key."""
    entries = list(Entry.objects.order_by("sequence"))
    previous = GENESIS
    with connection.cursor() as cursor:
        for entry in entries:
            if entry.sequence == first:
                entry.payload["title"] = title
            right = digest(
                previous, entry.sequence, entry.at, entry.kind, entry.keys, entry.payload, entry.actor
            )
            cursor.execute(
                "UPDATE journal_entry SET payload = %s, previous = %s, digest = %s WHERE sequence = %s",
                [Entry._meta.get_field("payload").get_db_prep_value(entry.payload, connection), previous, right,
                 entry.sequence],
            )  # fmt: skip
            previous = right
        cursor.execute("UPDATE journal_head SET digest = %s", [previous])


def forget_last(count: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sequence, digest FROM journal_entry ORDER BY sequence DESC LIMIT 1 OFFSET %s", [count]
        )
        sequence, right = cursor.fetchone()
        cursor.execute("DELETE FROM journal_entry WHERE sequence > %s", [sequence])
        cursor.execute("UPDATE journal_head SET sequence = %s, digest = %s", [sequence, right])


def test_b19_a_chain_that_was_made_anew_is_found(own_folder):
    write(20)
    note_head()
    write(5)
    forge(14, "另一个标题")
    assert verify_chain().broken is None  # the chain alone does not tell
    (sentence,) = noted_heads_stand()
    assert "entry 20" in sentence


def test_b19_an_end_that_was_cut_off_is_found():
    write(50)
    note_head()
    forget_last(40)
    assert verify_chain().broken is None
    assert len(list(noted_heads_stand())) == 1


def test_b19_a_head_that_somebody_else_signed_is_found(own_folder, monkeypatch):
    write(3)
    note_head()
    file = own_folder / "journal-heads.jsonl"
    file.write_bytes(file.read_bytes().replace(b'"sequence": 3', b'"sequence": 2'))
    assert len(list(noted_heads_stand())) == 1


def test_heads_are_noted_once_for_each_end():
    assert note_head() is None
    write(2)
    assert note_head().sequence == 2
    assert note_head() is None
    write(1)
    assert note_head().sequence == 3
    assert [head.sequence for head in noted_heads()] == [2, 3]
    assert not list(noted_heads_stand())


def test_a_line_that_was_cut_off_is_named_and_noting_goes_on(own_folder):
    write(1)
    note_head()
    with (own_folder / "journal-heads.jsonl").open("ab") as file:
        file.write(b'{"sequence": 2\n')
    write(1)
    assert note_head().sequence == 2
    (sentence,) = noted_heads_stand()
    assert sentence.startswith("line 2 ")


def test_the_signature_is_of_number_digest_and_time():
    write(1)
    head = sign(end_of_journal(), "2026-11-28T00:00:00Z")
    assert (
        head.signed
        == f'{{"at":"2026-11-28T00:00:00Z","digest":"{end_of_journal().digest}","sequence":1}}'.encode()
    )


def test_b19_verify_prints_the_head_and_takes_one_that_was_noted_elsewhere():
    write(4)
    ended = end_of_journal()
    out = StringIO()
    call_command("verify", expect=[tuple(ended)], stdout=out)
    assert f"journal head: 4:{ended.digest}" in out.getvalue()
    forge(2, "另一个标题")
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("verify", expect=[tuple(ended)], stdout=out)
    assert "expected 4: BROKEN" in out.getvalue()
