"""What is published, corrected and withdrawn stands in the public log of the site, and its owner can't change that any more."""

import json
import secrets
import shutil
from io import StringIO
from threading import Event

import pytest
from django.core.management import CommandError, call_command

from meiri.comments.models import Comment
from meiri.comments.moderation import approve_comment, reject_comment
from meiri.journal.encoding import canonical
from meiri.journal.models import ConsumerOffset, Entry
from meiri.newsroom.correcting import correct, withdraw_correction
from meiri.newsroom.published_texts import text_of_article
from meiri.newsroom.publishing import publish, withdraw
from meiri.trust.entering import CONSUMER, enter
from meiri.trust.health import log_goes_on
from meiri.trust.leaf_records import commitment_to, record_of
from meiri.trust.log_files import log_files
from meiri.trust.log_signing import LogForked, keep_log_files, log_key, sign_log
from meiri.trust.log_verification import log_is_whole
from meiri.trust.models import Leaf, SignedCheckpoint
from meiri.trust.notes import BY_LOG, BY_WITNESS, Signer
from meiri.trust.outside import FalseLog, verify_log
from meiri.trust.proofs import newest_leaf, proof_of
from meiri.wakeups import Wakeups
from tests.newsroom_factory import a_draft, an_article
from tests.trust.conftest import enter_all, enter_and_sign, execute

pytestmark = pytest.mark.django_db


def kinds_in_log() -> list[str]:
    kinds = Entry.objects.in_bulk(Leaf.objects.values_list("entry", flat=True))
    return [kinds[entry].kind for entry in Leaf.objects.order_by("index").values_list("entry", flat=True)]


def test_each_deed_is_a_leaf_once_and_in_order():
    article = an_article("第一版", text="原来的正文。")
    article.title, article.change_reason = "第二版", "标题更准确"
    publish(article)
    correction = correct(article, wrong="原来", right="后来")
    withdraw_correction(correction, "本来没有错")
    comment = Comment.objects.create(
        article=article, name="路过的人", text="说得好", token_digest=secrets.token_hex(32)
    )
    approve_comment(comment)
    reject_comment(comment, "与稿件无关")
    withdraw(article, "事实有误")
    a_draft("没有发布的草稿")
    enter_and_sign()
    expected = [
        *("article.published", "article.published", "correction.published", "correction.withdrawn"),
        *("comment.approved", "comment.rejected", "article.withdrawn"),
    ]
    assert kinds_in_log() == expected
    # A consumer that died behind the last entry gets all of them again.
    ConsumerOffset.objects.filter(pk=CONSUMER).update(sequence=0)
    enter_and_sign()
    enter(list(Entry.objects.order_by("sequence")))
    assert kinds_in_log() == expected
    assert verify_log(log_files().read).size == 7
    assert list(log_is_whole()) == []


def test_who_signs_is_woken_once_the_leaves_are_there(django_capture_on_commit_callbacks):
    stopping, woken = Event(), Wakeups()
    woken.listen(stopping)
    try:
        an_article()
        seen = woken.number
        with django_capture_on_commit_callbacks(execute=True):
            enter_all()
        woken.sleep(seen, 60, stopping)
        assert woken.number != seen
        assert Leaf.objects.exists()
    finally:
        stopping.set()


def test_a_leaf_tells_nothing_without_its_salt_and_all_with_it():
    article = an_article("可以验证的稿件")
    other = an_article("可以验证的稿件")
    enter_and_sign()
    leaf = newest_leaf(article.content_key)
    entry = Entry.objects.get(pk=leaf.entry)
    assert bytes(leaf.commitment) == commitment_to(record_of(entry), bytes(leaf.salt))
    assert record_of(entry) == canonical(json.loads(record_of(entry)))
    assert bytes(leaf.salt) != bytes(newest_leaf(other.content_key).salt)
    public = b"".join(path.read_bytes() for path in log_files().folder.rglob("*") if path.is_file())
    for secret in (bytes(leaf.salt), record_of(entry), "可以验证".encode(), text_of_article(article)):
        assert secret not in public
    proof = proof_of(leaf, log_files())
    assert proof.check(log_key().verifier).size == 2


def test_a_log_that_was_signed_is_not_signed_otherwise():
    for number in range(3):
        an_article(f"稿件{number}")
    enter_and_sign()
    signed = log_files().checkpoint()
    execute('UPDATE trust_leaf SET commitment = %s WHERE "index" = 1', b"x" * 32)
    an_article("后来的稿件")
    enter_all()
    with pytest.raises(LogForked, match="The first 3 leaves have the root"):
        sign_log()
    # Nor where all files but the database are gone, or only what the database says was signed.
    shutil.rmtree(log_files().folder)
    with pytest.raises(LogForked):
        sign_log()
    SignedCheckpoint.objects.all().delete()
    log_files().publish("checkpoint", signed)
    with pytest.raises(LogForked):
        sign_log()
    assert log_files().checkpoint() == signed
    assert any("leaf 1 does not stand for entry" in fault for fault in log_is_whole())


def test_leaves_that_a_restored_database_lost_are_taken_over_from_the_files():
    for number in range(5):
        an_article(f"稿件{number}")
    enter_and_sign()
    execute('DELETE FROM trust_leaf WHERE "index" >= 2')
    execute("DELETE FROM trust_signedcheckpoint")
    ConsumerOffset.objects.filter(pk=CONSUMER).update(sequence=Leaf.objects.get(pk=1).entry)
    enter_and_sign()
    checkpoint = verify_log(log_files().read)
    assert checkpoint.size == 8, "the five, and again the three whose entries the journal has"
    assert Leaf.objects.filter(entry=None).count() == 3
    assert list(log_is_whole()) == []


def test_a_node_without_files_writes_those_that_were_signed(settings, tmp_path):
    for number in range(3):
        an_article(f"稿件{number}")
    enter_and_sign()
    first = {path.name: path.read_bytes() for path in log_files().folder.rglob("*") if path.is_file()}
    key = settings.HOME / "log.key"
    settings.HOME = tmp_path / "another node"
    settings.HOME.mkdir()
    shutil.copy(key, settings.HOME)
    keep_log_files()
    second = {path.name: path.read_bytes() for path in log_files().folder.rglob("*") if path.is_file()}
    assert first == second
    execute('UPDATE trust_leaf SET commitment = %s WHERE "index" = 0', b"x" * 32)
    shutil.rmtree(log_files().folder)
    with pytest.raises(LogForked):
        keep_log_files()
    assert log_files().checkpoint() is None


def test_the_doctor_says_whether_the_log_goes_on(settings):
    def said() -> list[str]:
        return [finding.what for finding in log_goes_on()]

    assert said() == ["nothing was entered yet"]
    an_article("稿件")
    enter_and_sign()
    assert said() == ["1 leaves are signed"]
    silent = Signer.made("witness.example.org", BY_WITNESS).verifier
    settings.WITNESSES = f"{silent} http://127.0.0.1:9/"
    assert said()[1:] == ["witness.example.org has not cosigned the newest checkpoint"]
    settings.WITNESSES = "nobody"
    assert "MEIRI_WITNESSES" in said()[0]
    settings.WITNESSES = ""
    key = settings.HOME / "log.key"
    kept = key.read_text()
    key.unlink()
    an_article("稿件")
    with pytest.raises(LogForked, match=r"log\.key is gone"):
        sign_log()
    assert "log.key is gone" in next(iter(log_is_whole()))
    assert "log.key is gone" in said()[0]
    assert not key.exists(), "no other key is made in its place"
    key.write_text(str(Signer.made(Signer.read(kept).name, BY_LOG)))
    assert "is not signed by" in said()[0]
    key.write_text(kept)
    enter_and_sign()
    assert said() == ["2 leaves are signed"]


def test_the_journal_is_compared_with_the_log():
    article = an_article("原来的标题")
    enter_and_sign()
    leaf = newest_leaf(article.content_key)
    execute("UPDATE journal_entry SET at = '2020-01-01 00:00:00' WHERE sequence = %s", leaf.entry)
    assert list(log_is_whole()) == [
        f"leaf 0 does not stand for entry {leaf.entry} of the journal as it is now"
    ]


def test_a_site_is_verified_from_outside_and_remembered(settings, tmp_path):
    for number in range(3):
        an_article(f"稿件{number}")
    enter_and_sign()
    seen, out = tmp_path / "seen", StringIO()

    def verify(*more):
        call_command("verify", "--against", str(settings.HOME), "--seen", str(seen), *more, stdout=out)

    verify("--log-key", str(log_key().verifier))
    assert "public log: ok\nlog entries: 3\n" in out.getvalue()
    # The owner writes the past anew, in the database and in the files, with the right key.
    execute('UPDATE trust_leaf SET commitment = %s WHERE "index" = 1', b"x" * 32)
    SignedCheckpoint.objects.all().delete()
    shutil.rmtree(log_files().folder)
    an_article("后来的稿件")
    enter_and_sign()
    assert verify_log(log_files().read).size == 4, "by itself it is a log like any other"
    with pytest.raises(SystemExit):
        verify()
    assert "first false entry: 1\n" in out.getvalue()
    with pytest.raises(CommandError, match="can't be read"):
        call_command("verify", "--against", "http://127.0.0.1:9/")
    with pytest.raises(FalseLog, match="key"):
        verify_log(lambda name: None)
