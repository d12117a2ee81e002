"""Somebody writes a letter and asks what became of it."""

import logging
import os
import re

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from meiri.journal.models import Entry
from meiri.letters.masking import masked
from meiri.letters.models import Letter, Stage, StageCount
from meiri.letters.rewriting import GUARD
from meiri.letters.sealing import sealing_keys
from meiri.letters.writing import MOST_LETTERS, MOST_LOOKS, MOST_WITH_FILES, MOST_WITH_FILES_OF_NETWORK
from tests.letters.letters_factory import A_PDF
from tests.newsroom_factory import a_station

pytestmark = pytest.mark.django_db

LETTER = {
    "subject": "小区门口的路灯坏了两个月",
    "text": "从九月起，小区东门外的路灯全部不亮，老人夜里出门很不方便。",
    "name": "欧阳小林",
    "contact": "13800001234",
    "may_publish": "on",
    "consent": "on",
}


def send(client, **fields):
    return client.post("/letters/write/", {**LETTER, **fields})


def words(response):
    return response.content.decode()


def receipt_and_key(response):
    return re.findall(r"<dd>([0-9A-Z-]+)</dd>", words(response))


def test_a_letter_is_received_with_a_number_and_a_key_that_open_its_progress(client):
    number, key = receipt_and_key(send(client, station=a_station().pk))
    letter = Letter.objects.get()
    assert (letter.receipt, letter.stage, letter.station.name) == (number, Stage.RECEIVED, "浙江")
    assert "查询码" in words(client.get(f"/letters/{number}/"))
    assert LETTER["subject"] not in words(client.get(f"/letters/{number}/"))
    page = words(client.post(f"/letters/{number.lower()}/", {"key": f" {key.lower()} "}))
    assert LETTER["subject"] in page
    assert "编辑部已收到来信" in page


def test_only_the_key_opens_and_a_wrong_number_looks_like_a_wrong_key(client):
    number, key = receipt_and_key(send(client))
    wrong_key = client.post(f"/letters/{number}/", {"key": "AAAA-BBBB-CCCC"})
    wrong_number = client.post("/letters/20200101-AAAAAA/", {"key": key})
    assert wrong_key.status_code == wrong_number.status_code == 403
    assert "回执号或查询码不正确" in words(wrong_key)
    assert "回执号或查询码不正确" in words(wrong_number)
    assert (
        client.get(f"/letters/{number}/").status_code == client.get("/letters/20200101-AAAAAA/").status_code
    )


def test_nobody_can_try_keys_for_long(client):
    number, key = receipt_and_key(send(client))
    for _ in range(MOST_LOOKS):
        client.post(f"/letters/{number}/", {"key": "AAAA-BBBB-CCCC"})
    answer = client.post(f"/letters/{number}/", {"key": key})
    assert answer.status_code == 429
    assert LETTER["subject"] not in words(answer)


def test_who_wrote_is_sealed_in_the_database_with_a_key_outside_it(client):
    send(client)
    letter = Letter.objects.get()
    row = connection.cursor().execute("SELECT * FROM letters_letter").fetchone()
    stored = b"".join(bytes(v) if isinstance(v, memoryview | bytes) else str(v).encode() for v in row)
    assert "欧阳小林".encode() not in stored
    assert b"13800001234" not in stored
    assert letter.masked_name == "欧阳某某"
    assert letter.contact() == {"name": "欧阳小林", "contact": "13800001234"}
    assert os.stat(settings.HOME / "letters.key").st_mode & 0o777 == 0o600
    assert sealing_keys() == sealing_keys()
    assert LETTER["text"].encode() not in stored


def test_neither_journal_nor_log_holds_anything_of_a_letter(client, caplog):
    with caplog.at_level(logging.DEBUG):
        _number, key = receipt_and_key(send(client))
    kept = str([(e.keys, e.payload, e.actor) for e in Entry.objects.all()]) + caplog.text
    for secret in (LETTER["subject"], LETTER["text"], LETTER["name"], LETTER["contact"], key, "127.0.0.1"):
        assert secret not in kept
    assert Entry.objects.get(kind="letter.received").actor == "system"


def test_the_form_sent_twice_is_one_letter_with_the_same_key(client):
    once = re.search(r'name="once" value="([^"]+)"', words(client.get("/letters/write/")))[1]
    first, second = send(client, once=once), send(client, once=once)
    assert receipt_and_key(first) == receipt_and_key(second)
    assert Letter.objects.count() == 1


def test_the_same_form_sent_much_later_shows_the_key_no_more(client):
    once = "A" * 22
    number, _key = receipt_and_key(send(client, once=once))
    Letter.objects.update(created_at="2020-01-01T00:00:00Z")
    later = send(client, once=once)
    assert receipt_and_key(later) == [number]
    assert "不再显示" in words(later)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"subject": ""}, "请用一句话写明"),
        ({"subject": "长" * 61}, "现在是 61 字"),
        ({"text": "短"}, "内容太短"),
        ({"text": "长" * 1_000_000}, "5000 字以内"),
        ({"name": "\x00"}, "请填写姓名"),
        ({"contact": ""}, "请填写联系方式"),
        ({"consent": ""}, "请勾选知情同意"),
        ({"station": "999999"}, "请从列表里选择地区"),
        ({"station": "9" * 40}, "请从列表里选择地区"),
        ({"station": "x"}, "请从列表里选择地区"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_written_is_kept(client, fields, message):
    answer = send(client, **fields)
    assert answer.status_code == 422
    assert message in words(answer)
    assert LETTER["text"] in words(answer) or "text" in fields
    assert not Letter.objects.exists()


def test_robots_and_floods_are_kept_out(client):
    assert send(client, website="x").status_code == 200
    assert not Letter.objects.exists()
    for _ in range(MOST_LETTERS):
        assert send(client).status_code == 200
    assert send(client).status_code == 429


def test_the_form_needs_its_token_and_is_never_stored():
    strict = Client(enforce_csrf_checks=True)
    assert send(strict).status_code == 403
    page = strict.get("/letters/write/")
    assert "no-store" in page["Cache-Control"]
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', words(page))[1]
    assert send(strict, csrfmiddlewaretoken=token).status_code == 200


def test_the_front_of_letters_holds_no_token_and_counts_by_stage(client):
    send(client)
    page = client.get("/letters/")
    assert "csrfmiddlewaretoken" not in words(page)
    assert "Set-Cookie" not in page
    assert re.search(r"<dt>已收到</dt><dd>1</dd>", words(page))
    assert StageCount.objects.get().letters == 1


def test_the_front_of_letters_costs_few_queries(client):
    client.get("/letters/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/letters/")
    assert len([q for q in queries if "letters_" in q["sql"]]) == 2


@pytest.mark.parametrize("number", ["x" * 21, "%00", "../admin", "<b>"])
def test_a_number_that_is_none_is_said_to_be_wrong(client, number):
    answer = client.get("/letters/find/", {"receipt": number})
    assert answer.status_code == 422
    assert "回执号不正确" in words(answer)


def test_a_number_leads_to_its_page(client):
    assert client.get("/letters/find/?receipt=20261123-k7q4mz")["Location"] == "/letters/20261123-K7Q4MZ/"


@pytest.mark.parametrize(
    "address", ["/letters/?before=x", f"/letters/?before={'9' * 30}", "/letters/?receipt=x"]
)
def test_nonsense_in_the_query_gives_the_first_page(client, address):
    assert client.get(address).status_code == 200


@pytest.mark.parametrize(
    ("name", "shown"),
    [("林晚舟", "林某某"), ("林", "林某"), ("欧阳锋", "欧阳某"), ("阿依古丽·买买提", "阿某某")],
)
def test_a_name_is_masked(name, shown):
    assert masked(name) == shown


def test_b21_attachments_are_counted_before_anything_is_done_with_them(client, monkeypatch):
    monkeypatch.setattr(GUARD, "patience", 0)
    with GUARD.process(), GUARD.process():
        for _ in range(MOST_WITH_FILES):
            answer = send(client, subject="", attachments=SimpleUploadedFile("a.pdf", A_PDF))
            assert answer.status_code == 422
            assert "现在提交附件的人较多" in words(answer)
        refused = send(client, attachments=SimpleUploadedFile("a.pdf", A_PDF))
    assert refused.status_code == 429
    assert "最多提交 8 次附件" in words(refused)
    assert LETTER["text"] in refused.content.decode()
    assert not Letter.objects.exists()
    assert "查询码" in words(send(client))


def test_b21_a_networks_attachments_are_counted_too(client):
    for n in range(MOST_WITH_FILES_OF_NETWORK + 1):
        file = SimpleUploadedFile("a.txt", b"neither picture nor PDF")
        answer = client.post(
            "/letters/write/", {**LETTER, "attachments": file}, REMOTE_ADDR=f"203.0.113.{n + 1}"
        )
    assert answer.status_code == 429


def test_b21_what_is_added_to_a_letter_is_counted_as_well(client):
    number, key = receipt_and_key(send(client))
    for _ in range(MOST_WITH_FILES + 1):
        file = SimpleUploadedFile("a.txt", b"neither picture nor PDF")
        added = {"key": key, "deed": "add", "text": "补充", "attachments": file}
        answer = client.post(f"/letters/{number}/", added)
    assert "最多提交 8 次附件" in words(answer)
