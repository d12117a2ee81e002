import json
import re
from dataclasses import dataclass, replace

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from meiri.fronts.events import FrontPublished, FrontWithdrawn
from meiri.journal.content_keys import ARTICLE, CHANNEL, FOOTER, NAV, RIVER
from meiri.journal.encoding import Unencodable, canonical
from meiri.journal.events import JournalEvent, Misfit, UnknownEvent
from meiri.journal.log import NotInTransaction, append, has_entries_since, last_sequence
from meiri.journal.models import GENESIS, Entry, EntryImmutable
from meiri.journal.net import paused
from meiri.journal.verification import Broken, verify_chain
from meiri.newsroom.events import ArticlePublished, ArticleWithdrawn
from tests.journal.entries import naming, published

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


def write(n=1, event=None):
    with transaction.atomic():
        return [append(event or published(i), "user:1") for i in range(n)]


@dataclass(frozen=True, kw_only=True)
class ArticleDropped(JournalEvent):
    """An event that no app declares."""

    kind = "article.dropped"
    key_forms = (ARTICLE,)


@pytest.mark.django_db
class TestAppending:
    def test_entries_are_numbered_without_gaps_and_chained(self):
        first, second, third = write(3)
        assert [first.sequence, second.sequence, third.sequence] == [1, 2, 3]
        assert first.previous == GENESIS
        assert (second.previous, third.previous) == (first.digest, second.digest)

    def test_keys_are_kept_in_order_and_once(self):
        with transaction.atomic():
            entry = append(published(1, "", RIVER, CHANNEL.key("keji"), RIVER), "system")
        assert entry.keys == ["article:1", "river", "channel:keji"]

    def test_a_rolled_back_change_leaves_no_entry_and_no_gap(self):
        write(1)
        with transaction.atomic():
            append(published(2), "system")
            transaction.set_rollback(True)
        write(1)
        assert list(Entry.objects.values_list("sequence", flat=True).order_by("sequence")) == [1, 2]
        assert verify_chain().broken is None

    @pytest.mark.parametrize(
        ("event", "actor"),
        [
            (ArticleDropped(keys=["article:1"]), "system"),
            (UnknownEvent(unknown_kind="article.published", unknown_payload={}), "system"),
            (naming("no key"), "system"),
            (naming("article:"), "system"),
            (naming("nav:1"), "system"),
            (replace(published(1), title=0.5), "system"),
            (replace(published(1), title=7), "system"),
            (replace(published(1), revision="7"), "system"),
            (replace(published(1), revision=True), "system"),
            (published(1, "a\0b"), "system"),
            (published(1, "字" * 100_000), "system"),
            (published(1), ""),
        ],
    )
    def test_what_is_not_of_the_form_is_refused(self, event, actor):
        with pytest.raises(ValueError, match=r"\w"), transaction.atomic():
            append(event, actor)
        assert not Entry.objects.exists()

    @pytest.mark.parametrize("keys", [["no key"], ["article:"]])
    def test_what_no_entry_can_hold_is_refused_by_sites_too(self, keys):
        with paused(), pytest.raises(ValueError, match="no content key"), transaction.atomic():
            append(naming(*keys), "system")

    def test_a_key_that_is_not_declared_stops_tests_and_no_site(self):
        with pytest.raises(Misfit, match="footer"), transaction.atomic():
            append(published(1, "", FOOTER), "system")
        with paused(), transaction.atomic():
            assert append(published(1, "", FOOTER), "system").keys == ["article:1", "footer"]
        tamper("DELETE FROM journal_entry")

    def test_the_newest_entry_of_some_kinds_is_known(self):
        write(2)
        write(1, naming(NAV))
        write(1, ArticleWithdrawn(keys=[ARTICLE.key(1)], title="一条", reason="有误", url="/x"))
        assert last_sequence(FrontPublished) == 3
        assert last_sequence(FrontPublished, ArticlePublished) == 3
        assert last_sequence(FrontWithdrawn) == 0
        assert last_sequence() == 4
        assert has_entries_since(2, [FrontPublished, FrontWithdrawn])
        assert not has_entries_since(3, [FrontPublished])


@pytest.mark.django_db(transaction=True)
def test_without_a_transaction_nothing_is_appended():
    with pytest.raises(NotInTransaction):
        append(published(1), "system")


@pytest.mark.django_db
class TestEntriesStay:
    def test_entries_are_neither_changed_nor_deleted(self):
        (entry,) = write(1)
        for deed in (
            entry.save,
            entry.delete,
            Entry.objects.all().delete,
            lambda: Entry.objects.update(kind="x.y"),
        ):
            with pytest.raises(EntryImmutable):
                deed()


def tamper(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


@pytest.mark.django_db
class TestVerification:
    def test_a_whole_chain_verifies(self):
        write(5)
        verified = verify_chain(batch=2)
        assert (verified.entries, verified.broken) == (5, None)

    def test_what_is_appended_while_it_walks_is_left_to_the_next_time(self):
        write(3)

        def append_before_reading(execute, sql, params, many, context):
            if not appending:
                appending.append(True)
                write(1)
                appending.clear()
            return execute(sql, params, many, context)

        appending: list[bool] = []
        with connection.execute_wrapper(append_before_reading):
            verified = verify_chain(batch=1)
        assert last_sequence() > 3
        assert verified.broken is None
        assert verify_chain().broken is None

    def test_an_altered_entry_is_named(self):
        write(5)
        tamper(
            "UPDATE journal_entry SET payload = %s WHERE sequence = 3",
            json.dumps(published(1, "别的").payload),
        )
        assert verify_chain().broken == Broken(3, "its content was altered")

    @pytest.mark.parametrize(
        ("alter", "was"),
        [
            ("""UPDATE journal_entry SET keys = '["article:7"]' WHERE sequence = 3""", "2"),
            ("UPDATE journal_entry SET actor = 'user:7' WHERE sequence = 3", "1"),
        ],
    )
    def test_the_byte_that_was_altered_in_an_old_entry_is_named(self, alter, was):
        write(5)
        tamper(alter)
        broken = verify_chain().broken
        assert broken.sequence == 3
        assert re.fullmatch(rf"its content was altered: byte \d+, in '.*', was b'{was}'", broken.reason)

    def test_a_missing_entry_is_named(self):
        write(5)
        tamper("DELETE FROM journal_entry WHERE sequence = 4")
        assert verify_chain().broken == Broken(4, "entry 4 is missing")

    def test_a_cut_off_end_is_seen(self):
        write(5)
        tamper("DELETE FROM journal_entry WHERE sequence = 5")
        assert verify_chain().broken == Broken(5, "the head says that entry 5 is the last")

    def test_an_entry_rewritten_with_a_fitting_digest_breaks_the_next(self):
        from meiri.journal.encoding import digest

        write(3)
        e = Entry.objects.get(sequence=2)
        new = digest(e.previous, 2, e.at, e.kind, e.keys, published(1, "别的").payload, e.actor)
        tamper(
            "UPDATE journal_entry SET payload = %s, digest = %s WHERE sequence = 2",
            json.dumps(published(1, "别的").payload),
            new,
        )
        assert verify_chain().broken == Broken(3, "it does not follow the entry before it")

    def test_the_command_says_what_is_broken_and_exits_with_1(self, settings, tmp_path, capsys):
        settings.HOME = tmp_path  # no heads of another test's journal are noted there
        from django.core.management import call_command

        write(2)
        call_command("verify")
        assert "journal: ok" in capsys.readouterr().out
        tamper("UPDATE journal_entry SET actor = 'user:9' WHERE sequence = 1")
        with pytest.raises(SystemExit) as ended:
            call_command("verify")
        assert ended.value.code == 1
        assert "entry 1: its content was altered" in capsys.readouterr().out


class TestEncoding:
    def test_a31_keys_are_sorted_by_utf16_as_rfc_8785_has_it(self):
        # U+1F600 is D83D DE00 in UTF-16 and comes before U+FB33, though its code point is the larger. RFC 8785, 3.2.3.
        value = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\x80": 6, "\xf6": 7}
        assert list(json.loads(canonical(value)).values()) == [2, 4, 6, 7, 1, 5, 3]

    @given(VALUES)
    def test_equal_values_have_one_encoding_that_reads_back(self, value):
        encoded = canonical(value)
        assert json.loads(encoded) == value
        assert canonical(json.loads(encoded)) == encoded

    def test_keys_are_sorted_and_no_space_is_left(self):
        assert (
            canonical({"乙": 1, "a": [True, None], "甲": "“引”"})
            == '{"a":[true,null],"乙":1,"甲":"“引”"}'.encode()
        )

    @given(st.floats() | st.binary() | st.integers(min_value=2**53))
    def test_what_has_no_one_form_is_refused(self, value):
        with pytest.raises(Unencodable):
            canonical({"x": value})
