"""国密: what the site signs with SM2 is checked by `openssl` alone, and nothing of it is there where the setting is off."""

import base64
import html
import io
import json
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.urls import reverse
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pdfminer.high_level import extract_text

from meiri.review.review_sheets import ReviewSheet
from meiri.review.sheet_checks import sheets_are_as_written
from meiri.sm2 import Sm2Key, is_sm2_signed, sm2_key, sm2_key_file
from meiri.staff.signing import address_of, card_of, signed_text, token_for
from meiri.trust.health import second_signatures_are_made
from meiri.trust.leaf_records import commitment_to
from meiri.trust.log_files import LogFiles, log_files
from meiri.trust.log_signing import log_key
from meiri.trust.log_verification import log_is_whole
from meiri.trust.merkle import inclusion_proof
from meiri.trust.notes import SignedNote, with_signatures
from meiri.trust.outside import verify_log
from meiri.trust.proofs import Proof
from meiri.trust.sm2_notes import id_of_sm2, sign_with_sm2
from tests.newsroom_factory import an_article
from tests.review.newsroom import a_submitted, pass_all, set_up, signed_in
from tests.staff.test_lookup import a_card, text
from tests.trust.conftest import enter_and_sign
from tests.trust.logs import ORIGIN, entries_up_to, signed, write_log
from tests.trust.test_formats import check_with_go

KEY_ADDRESS = "/.well-known/sm2-key.pem"
KEY = Sm2Key.made()


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.HOME = tmp_path / "home"
    settings.HOME.mkdir()
    return settings.HOME


@pytest.fixture
def sm2(settings):
    settings.SM2 = True
    return sm2_key()


def openssl_says(pem: bytes, content: bytes, signature: bytes, folder: Path) -> bool:
    """Whether `openssl` finds the signature right, by two of its commands, which agree."""
    for name, written in (("key", pem), ("content", content), ("signature", signature)):
        (folder / name).write_bytes(written)
    digest = ["dgst", "-sm3", "-verify", "key", "-sigopt", "distid:1234567812345678", "-signature", "signature", "content"]  # fmt: skip
    rawin = ["pkeyutl", "-verify", "-pubin", "-inkey", "key", "-rawin", "-digest", "sm3",
             "-pkeyopt", "distid:1234567812345678", "-in", "content", "-sigfile", "signature"]  # fmt: skip
    answers = {
        subprocess.run(["openssl", *command], cwd=folder, capture_output=True, timeout=60).returncode
        for command in (digest, rawin)
    }
    assert answers in ({0}, {1})
    return answers == {0}


def is_proven(client, content: bytes, signature: bytes, folder: Path) -> bool:
    """Whether the content is signed under the key that the site publishes, and no byte of it can be another."""
    pem = client.get(KEY_ADDRESS).content
    for at in (0, len(content) // 2, len(content) - 1):
        changed = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
        assert not openssl_says(pem, changed, signature, folder)
    other = signature[:-1] + bytes([signature[-1] ^ 1])
    assert not openssl_says(pem, content, other, folder)
    return openssl_says(pem, content, signature, folder)


@pytest.mark.django_db
def test_openssl_verifies_a_checkpoint_and_readers_of_ed25519_go_on(client, sm2, tmp_path):
    an_article("第一版", text="正文。")
    enter_and_sign()
    note = client.get("/.well-known/meiri-log/checkpoint").content.decode()
    body, _, lines = note.rpartition("\n\n")
    origin, name = log_key().name, f"{log_key().name}/sm2"
    found = re.findall(rf"^— {re.escape(name)} (\S+)$", lines, re.M)
    assert len(found) == 1
    content = base64.b64decode(found[0])
    assert content[:4] == id_of_sm2(origin, sm2.public)
    assert is_proven(client, f"{body}\n".encode(), content[4:], tmp_path)
    assert verify_log(log_files().read, log_key().verifier).size == 1
    assert list(log_is_whole()) == []
    assert [one.what for one in second_signatures_are_made()] == [
        "the newest checkpoint is signed with SM2 too"
    ]
    path = log_files().folder / "checkpoint"
    path.write_text(
        note.replace(found[0], base64.b64encode(content[:-1] + bytes([content[-1] ^ 1])).decode())
    )
    assert list(log_is_whole()) == ["the signature with SM2 on the published checkpoint is not right"]


def test_go_passes_over_the_line_that_it_does_not_know(tmp_path):
    """Needs Go and its package golang.org/x/mod (Debian: golang-go, golang-golang-x-mod-dev)."""
    if not shutil.which("go"):
        pytest.skip("Go is not installed: golang-go and golang-golang-x-mod-dev of Debian")
    record, salt = b'{"kind":"article.published"}', b"s" * 16
    checkpoint = write_log(tmp_path, [*entries_up_to(300), commitment_to(record, salt)])
    note = SignedNote.read(signed(checkpoint))
    both = str(with_signatures(note, [sign_with_sm2(KEY, ORIGIN, note.text)]))
    files = LogFiles(tmp_path)
    files.publish("checkpoint", both)
    path = inclusion_proof(files.tree(301).subtree, 300, 301)
    (tmp_path / "proof").write_text(str(Proof(300, salt, record, tuple(path), both)))
    found = check_with_go(tmp_path, files.folder, tmp_path / "proof", 299)
    assert found == {"size": 301, "tiles": True, "proof": True, "consistent": True, "signed": ORIGIN}


@pytest.mark.django_db
def test_openssl_verifies_a_review_sheet_of_a_page_and_of_a_pdf(client, sm2, tmp_path):
    newsroom = set_up()
    article = a_submitted(newsroom)
    pass_all(article, newsroom)
    sheet, chief = ReviewSheet.objects.get(article=article.pk), signed_in(newsroom.chiefs[0])
    document = chief.get(reverse("review_sheet_file", args=[sheet.number, "json"])).content
    page = chief.get(reverse("review_sheet", args=[sheet.number])).content.decode()
    shown = re.search(r"国密签名（SM2，SM3）：<code>([^<]+)</code>", page)
    assert shown
    assert is_proven(client, document, base64.b64decode(shown[1]), tmp_path)
    assert base64.b64decode(json.loads(document)["sm2_key"]) == sm2.public
    assert list(sheets_are_as_written()) == []
    pdf = chief.get(reverse("review_sheet_file", args=[sheet.number, "pdf"])).content
    assert f"国密签名（SM2，SM3）：{shown[1]}" in "".join(extract_text(io.BytesIO(pdf)).split())
    ReviewSheet.objects.filter(pk=sheet.pk).update(sm2_signature=sm2.sign(document + b" "))
    assert list(sheets_are_as_written()) == [f"sheet {sheet.number}: its signature with SM2 is not right"]


@pytest.mark.django_db
def test_openssl_verifies_the_code_of_a_press_card(client, admin_user, sm2, tmp_path):
    card = a_card()
    client.force_login(admin_user)
    printed = text(client.get(f"/admin/staff/{card.pk}/print/"))
    address = html.unescape(re.search(r'<a href="([^"]+/staff/verify/[^"]+)"', printed)[1])
    token = address.rstrip("/").rpartition("/")[2]
    page = text(client.get(f"/staff/verify/{token}/"))
    content = html.unescape(re.search(r"<pre>(.*?)</pre>", page, re.S)[1]).encode()
    signature = base64.b64decode(html.unescape(re.search(r"Base64）：<code>([^<]+)</code>", page)[1]))
    assert content == signed_text(card)
    assert base64.urlsafe_b64decode(token.split(".")[2]) == signature
    assert is_proven(client, content, signature, tmp_path)


@pytest.mark.django_db
def test_a_code_whose_second_signature_was_altered_is_not_taken(client, sm2):
    card, other = a_card(), a_card("B31000020260002", "陈雨")
    first, second = token_for(card).rsplit(".", 1)
    for forged in (
        f"{first}.",
        f"{first}.x",
        f"{first}.{second[:-8]}",
        f"{first}.{token_for(other).split('.')[2]}",
    ):
        assert card_of(forged) is None, forged
    assert card_of(f"{first}.{second}") == card


@pytest.mark.django_db
def test_cards_that_were_printed_before_and_while_it_was_on_stay_good(client, settings):
    card = a_card()
    before = token_for(card)
    settings.SM2 = True
    while_on = token_for(card)
    assert card_of(before) == card_of(while_on) == card
    assert "国密签名" not in text(client.get(f"/staff/verify/{before}/"))
    assert "国密签名" in text(client.get(f"/staff/verify/{while_on}/"))
    settings.SM2 = False
    assert card_of(while_on) == card
    assert "国密签名" not in text(client.get(f"/staff/verify/{while_on}/"))


@pytest.mark.django_db
def test_what_was_signed_before_stays_good_when_it_is_turned_on_and_off(settings):
    newsroom = set_up()
    for is_on in (False, True, False):
        settings.SM2 = is_on
        article = a_submitted(newsroom, title=f"国密{is_on}")
        pass_all(article, newsroom)
        sheet = ReviewSheet.objects.get(article=article.pk)
        assert bool(sheet.sm2_signature) is is_on
        assert ("sm2_key" in json.loads(sheet.document)) is is_on
        assert list(sheets_are_as_written()) == []
        enter_and_sign()
        assert ("/sm2 " in log_files().checkpoint()) is is_on
        assert list(log_is_whole()) == []


@pytest.mark.django_db
def test_the_setting_off_leaves_no_trace(client, own_folder):
    assert client.get(KEY_ADDRESS).status_code == 404
    assert [one.what for one in second_signatures_are_made()] == ["MEIRI_SM2 is off"]
    assert sm2_key() is None
    assert not sm2_key_file().exists()
    assert "国密" not in address_of(a_card())


@pytest.mark.parametrize("is_on", [False, True])
def test_the_key_is_made_at_the_first_start_where_it_is_on_and_nothing_is_loaded_where_it_is_off(
    tmp_path, is_on
):
    home = tmp_path / "site"
    program = (
        "import django, sys; django.setup(); print('gmssl_pyx' in sys.modules)\n"
        "from django.conf import settings; print(settings.SM2)"
    )
    environment = os.environ | {
        "MEIRI_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "meiri.conf.settings",
        "MEIRI_SM2": "on" if is_on else "off",
    }
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert done.stdout.split() == [str(is_on), str(is_on)]
    path = home / "sm2.key"
    assert path.exists() is is_on
    if is_on:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        check = ["openssl", "pkey", "-in", str(path), "-noout", "-check"]
        assert subprocess.run(check, capture_output=True, timeout=60).returncode == 0


def test_a_key_that_openssl_made_is_taken_and_one_of_another_curve_is_not(settings, own_folder):
    settings.SM2 = True
    for curve, is_taken in (("SM2", True), ("prime256v1", False)):
        make = ["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", f"ec_paramgen_curve:{curve}"]
        made = subprocess.run(make, capture_output=True, check=True, timeout=60).stdout
        sm2_key_file().write_bytes(made)
        if is_taken:
            assert sm2_key().pem == made
        else:
            with pytest.raises(ImproperlyConfigured, match="not that of SM2"):
                sm2_key()
            assert "can't be used" in next(iter(second_signatures_are_made())).what


@given(pem=st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
def test_whatever_stands_in_a_key_file_is_refused_in_words(pem):
    with pytest.raises(ValueError):  # noqa: PT011 its subclasses too, for what is no ASCII or no base64
        Sm2Key.read(pem)


@given(content=st.binary(max_size=300), wrong=st.binary(max_size=90))
@hypothesis_settings(max_examples=60, deadline=None)
def test_a_signature_is_of_its_content_alone(content, wrong):
    signature = KEY.sign(content)
    assert is_sm2_signed(content, signature, KEY.public)
    assert not is_sm2_signed(content + b"x", signature, KEY.public)
    assert not is_sm2_signed(content, wrong, KEY.public)
    assert not is_sm2_signed(content, signature, wrong[:64])


@pytest.mark.django_db
def test_doctor_names_the_key(settings):
    settings.SM2 = True
    out = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("doctor", stdout=out)
    assert "sm2.key" in out.getvalue()
