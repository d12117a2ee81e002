"""Nothing tells who wrote a letter: no log, no database, no backup, no other person's session."""

import json
import re
import urllib.error
import urllib.parse
import urllib.request
import uuid
from http.cookiejar import CookieJar

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.utils import timezone

from meiri.letters import handling, published_letters
from meiri.letters.attachments import accept
from meiri.letters.models import Attachment, Letter, Message
from meiri.letters.sealing import UNREADABLE, seal_contact, sealing_keys
from meiri.members.models import User
from meiri.visitors.models import Visit
from tests.delivery import nginx as front
from tests.letters.letters_factory import A_PDF, a_desk, a_letter, a_photograph, someone
from tests.letters.test_writing import LETTER, receipt_and_key, send, words

VISITOR = "203.0.113.77"


def multipart(fields, files):
    boundary = uuid.uuid4().hex
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    parts += [
        f'--{boundary}\r\nContent-Disposition: form-data; name="attachments"; filename="{name}"\r\n'
        f"Content-Type: application/octet-stream\r\n\r\n".encode()
        + content
        + b"\r\n"
        for name, content in files.items()
    ]
    return b"".join(parts) + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


@pytest.mark.xdist_group("browser")
def test_a_real_server_keeps_nothing_that_tells_who_wrote(site):
    """Every byte of the data folder, its logs too, is searched after a letter was sent, followed and taken amiss."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    browser.addheaders = [
        ("X-Forwarded-For", VISITOR),
        ("Origin", "null"),
        ("User-Agent", "Quiet-Browser-4711"),
    ]

    def post(path, fields, files=()):
        body, type_ = multipart(fields, dict(files))
        request = urllib.request.Request(site.url + path, body, {"Content-Type": type_})  # noqa: S310
        try:
            return browser.open(request, timeout=30)
        except urllib.error.HTTPError as error:
            return error

    form = browser.open(site.url + "/letters/write/", timeout=30).read().decode()
    hidden = dict(re.findall(r'name="(csrfmiddlewaretoken|once)" value="([^"]+)"', form))
    pdf = A_PDF.replace(b"%%EOF", b"% marker-in-the-pdf\n%%EOF")
    secret = {"name": "尉迟无名", "contact": "quiet-contact-4711@example.org"}
    letter = {**LETTER, **secret, "text": "这封信的正文里有一句谁也读不到的话。", **hidden}
    answer = post("/letters/write/", letter, {"尉迟.jpg": a_photograph(), "b.pdf": pdf})
    assert answer.status == 200
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer.headers["Cache-Control"]
    receipt, key = re.findall(r"<dd>([0-9A-Z-]+)</dd>", answer.read().decode())
    for given, status in (("AAAA-BBBB-CCCC", 403), (key, 200)):
        asked = post(f"/letters/{receipt}/", {"key": given, **hidden})
        assert asked.status == status
    assert post("/letters/write/", {**letter, "csrfmiddlewaretoken": "x"}).status == 403
    sought = [
        VISITOR,
        *secret.values(),
        "谁也读不到",
        key,
        "Quiet-Browser-4711",
        "PHONE-MAKER-77",
        "marker-in-the-pdf",
    ]
    found = [
        (str(path.relative_to(site.home)), word)
        for path in site.home.rglob("*")
        if path.is_file()
        for content in [path.read_bytes()]
        for word in sought
        if word.encode() in content or json.dumps(word)[1:-1].encode() in content
    ]
    assert found == []
    assert receipt not in (site.home / "server.log").read_text()


@pytest.mark.django_db
def test_a_dump_of_the_database_tells_nothing_of_what_writers_sent(client):
    number, key = receipt_and_key(send(client))
    letter = Letter.objects.get(receipt=number)
    handling.add_to_letter(letter, "补充：我是欧阳小林", [accept(A_PDF)], "t")
    handling.reply_to_writer(letter, "欧阳小林您好", someone("handle_letter"))
    dump = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608
            for row in cursor.fetchall():
                dump += [bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in row]
    dumped = b"\n".join(dump)
    for secret in (LETTER["name"], LETTER["contact"], LETTER["text"], key, "补充：", "%PDF", "127.0.0.1"):
        assert secret.encode() not in dumped, secret
    assert Visit.objects.exists()


def dump_of_letters() -> bytes:
    """All that stands in the database, but for names of tables and columns."""
    dump = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608
            for row in cursor.fetchall():
                dump += [bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in row]
    return b"\n".join(dump)


@pytest.mark.django_db
def test_b23_the_title_the_place_the_name_the_unit_and_the_answer_are_sealed_until_they_are_printed(client):
    number, _ = receipt_and_key(send(client, subject="举报我村支书", place="青石镇柳林村"))
    letter, handler = Letter.objects.get(receipt=number), someone("handle_letter")
    handling.route_letter(letter, "青石镇纪委", handler)
    handling.answer_letter(letter, "经查属实，已作处理。", handler, "青石镇监察办")
    secrets = ["举报我村支书", "青石镇柳林村", "欧阳", "青石镇纪委", "青石镇监察办", "经查属实"]
    dumped = dump_of_letters()
    assert [secret for secret in secrets if secret.encode() in dumped] == []
    assert str(letter) == number
    client.force_login(handler)
    listed = client.get("/admin/letters/?stage=answered").content.decode()
    for shown in (number, "举报我村支书", "青石镇柳林村", "欧阳某某"):
        assert shown in listed
    published_letters.publish_letter(letter, handler, "刊登的正文。", "刊登的答复。", "刊登的标题")
    client.logout()
    for address in ("/letters/", f"/letters/published/{letter.pk}/"):
        page = client.get(address).content.decode()
        for shown in ("刊登的标题", "欧阳某某", "青石镇监察办"):
            assert shown in page, address
        assert "举报我村支书" not in page
    published_letters.withdraw_letter(letter, "来信人要求撤下。", handler)
    dumped = dump_of_letters()
    gone = [*secrets, "刊登的正文", "刊登的标题"]
    assert [secret for secret in gone if secret.encode() in dumped] == []


@pytest.mark.django_db(transaction=True)
def test_b23_letters_that_stood_in_clear_are_sealed_by_the_migration(settings, tmp_path):
    settings.HOME = tmp_path
    executor = MigrationExecutor(connection)
    executor.migrate([("letters", "0002_followed_up")])
    old = executor.loader.project_state([("letters", "0002_followed_up")]).apps.get_model("letters", "Letter")
    words = {
        "subject": "举报村支书",
        "place": "柳林村",
        "masked_name": "欧阳某",
        "unit": "镇纪委",
        "answer": "已查。",
    }
    sealed = seal_contact("欧阳小林", "13800001234")
    for n, published_at in enumerate([None, timezone.now()]):
        old.objects.create(
            receipt=f"20261101-AAAA0{n}", key_digest="x", token_digest=str(n), sealed_contact=sealed, text="正文",
            published_text="刊登稿", published_at=published_at, **words,
        )  # fmt: skip
    try:
        MigrationExecutor(connection).migrate([("letters", "0004_after_publication")])
        quiet, printed = Letter.objects.order_by("pk")
        assert {name: getattr(quiet, name) for name in words} == words
        assert (quiet.text, quiet.published_name, quiet.published_text) == ("正文", "", "")
        assert (printed.published_name, printed.published_unit, printed.published_text) == (
            "欧阳某",
            "镇纪委",
            "刊登稿",
        )
        printed.delete()
        dumped = dump_of_letters()
        assert [word for word in words.values() if word.encode() in dumped] == []
    finally:
        Letter.objects.all().delete()


@pytest.mark.django_db
def test_b23_all_of_a_letter_is_sealed_anew_with_a_new_key(settings, tmp_path):
    settings.HOME = tmp_path
    letter = a_letter(subject="举报村支书", place="柳林村", unit="镇纪委")
    for _ in range(2):
        call_command("reseal")
    letter = Letter.objects.get(pk=letter.pk)
    assert (letter.subject, letter.place, letter.unit) == ("举报村支书", "柳林村", "镇纪委")


@pytest.mark.django_db
def test_a_copy_of_the_database_does_not_tell_which_address_a_limit_was_for(client, settings):
    send(client)
    with_key = set(Visit.objects.values_list("digest", flat=True))
    settings.SECRET_KEY = "another"
    send(client)
    assert set(Visit.objects.values_list("digest", flat=True)) > with_key


@pytest.mark.django_db
def test_everything_is_sealed_anew_with_a_new_key(client, settings, tmp_path, capsys):
    settings.HOME = tmp_path
    letter = a_letter(attachments=[accept(A_PDF)])
    handling.add_to_letter(letter, "补充", [], "t")
    old = sealing_keys()
    rows = bytes(Letter.objects.get().sealed_contact), bytes(Attachment.objects.get().sealed)
    for _ in range(2):
        call_command("reseal")
    assert "3 rows" in capsys.readouterr().out
    assert len(sealing_keys()) == 2
    assert not set(old) & set(sealing_keys())
    assert (tmp_path / "letters.key").stat().st_mode & 0o777 == 0o600
    letter, attachment = Letter.objects.get(), Attachment.objects.get()
    assert (bytes(letter.sealed_contact), bytes(attachment.sealed)) != rows
    assert letter.contact()["contact"] == "13800001234"
    assert "林晚舟" in letter.text
    assert attachment.content() == accept(A_PDF).content
    assert Message.objects.get().text == "补充"


@pytest.mark.django_db
def test_without_the_key_what_was_written_stays_as_it_is(settings, tmp_path):
    letter, handler, home = a_letter(), someone("handle_letter"), settings.HOME
    settings.HOME = tmp_path
    assert Letter.objects.get().text == UNREADABLE
    handling.check_letter(letter, handler)
    settings.HOME = home
    assert "林晚舟" in Letter.objects.get().text


def test_nginx_notes_nobody_who_asks_for_letters(tmp_path):
    log = tmp_path / "access.log"
    with front.application() as port, front.nginx(tmp_path, port, log) as nginx:
        for path in ("/letters/", "/letters/write/", "/zh-hant/letters/20261123-K7Q4MZ/", "/keji/"):
            assert front.ask(nginx, path).status == 200
    lines = log.read_text().splitlines()
    assert [line for line in lines if "/letters/" in line] == []
    assert len([line for line in lines if "/keji/" in line]) == 1


ADDRESSES = [
    "/admin/letters/",
    "/admin/letters/{letter}/",
    "/admin/letters/{letter}/attachments/{attachment}/",
    "/admin/settings/letters/lettersettings/",
    "/admin/settings/staff/staffsettings/",
    "/admin/snippets/staff/presscard/",
    "/admin/snippets/staff/presscard/add/",
    "/admin/snippets/staff/presscard/edit/{card}/",
    "/admin/staff/{card}/print/",
]


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["anonymous", "member", "editor", "other desk"])
def test_nobody_else_gets_at_letters_or_cards(client, who):
    from tests.staff.test_lookup import a_card

    letter = a_letter(attachments=[accept(A_PDF)])
    numbers = {"letter": letter.pk, "attachment": letter.attachments.get().pk, "card": a_card().pk}
    if who == "member":
        client.force_login(User.objects.create_user("member", password="x"))
    elif who == "editor":
        client.force_login(someone("add_article", "publish_article"))
    elif who == "other desk":
        client.force_login(a_desk()[1])
    for address in ADDRESSES:
        address = address.format(**numbers)
        for answer in (client.get(address), client.post(address, {"deed": "check", "reason": "x"})):
            own_list = who == "other desk" and address == "/admin/letters/"
            assert answer.status_code in ({200, 405} if own_list else {302, 403, 404, 405}), address
            assert letter.receipt not in words(answer)
            assert "林晚舟" not in words(answer)
    letter.refresh_from_db()
    assert letter.stage == "received"


@pytest.mark.django_db
def test_deeds_need_the_token_of_a_form_of_ours():
    letter = a_letter()
    strict = Client(enforce_csrf_checks=True)
    for data in ({"key": "KEY"}, {"key": "KEY", "deed": "take_back", "sure": "on"}):
        assert strict.post(f"/letters/{letter.receipt}/", data).status_code == 403
    page = words(strict.get("/letters/write/"))
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
    for origin, status in (("null", 200), ("http://testserver", 200), ("https://evil.example", 403)):
        answer = strict.post(
            f"/letters/{letter.receipt}/",
            {"key": "KEY", "csrfmiddlewaretoken": token},
            headers={"Origin": origin},
        )
        assert answer.status_code == status, origin
    strict.force_login(someone("handle_letter"))
    assert strict.post(f"/admin/letters/{letter.pk}/", {"deed": "check"}).status_code == 403


@pytest.mark.django_db
def test_a_form_sets_nothing_but_its_own_fields(client):
    extra = {
        "stage": "published",
        "published_at": "2020-01-01",
        "receipt": "X",
        "masked_name": "张三",
        "desk": "1",
    }
    send(client, **extra)
    letter = Letter.objects.get()
    assert (letter.stage, letter.published_at, letter.desk, letter.masked_name) == (
        "received",
        None,
        None,
        "欧阳某某",
    )
    client.post(f"/letters/{letter.receipt}/", {"key": "x", "deed": "add", "text": "x", "has_news": "1"})
    assert not Letter.objects.get().has_news


@pytest.mark.django_db
def test_pages_of_letters_name_no_other_host_and_leave_no_session(client):
    letter = a_letter()
    for answer in (
        client.get("/letters/"),
        client.get("/letters/write/"),
        client.get(f"/letters/{letter.receipt}/"),
        client.post(f"/letters/{letter.receipt}/", {"key": "KEY"}),
        client.get("/letters/statistics/"),
    ):
        assert '<meta name="referrer" content="no-referrer">' in words(answer)
        loaded = re.findall(
            r'<(?:script|img|iframe|link rel="stylesheet")[^>]+(?:src|href)="([^"]+)"', words(answer)
        )
        assert all(address.startswith("/") and not address.startswith("//") for address in loaded)
    assert "sessionid" not in client.cookies
