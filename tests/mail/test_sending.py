"""What waits is sent to a real mail server, whatever it answers."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from threading import Event
from urllib.parse import quote

import pytest
import trustme
from django.core.mail import EmailMessage, send_mail
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from meiri.mail.models import OutgoingMail
from meiri.mail.sending import LEASE, ServerAway, claim, forget_mail, send_due
from meiri.mail.sending import send_mail as keep_sending
from meiri.mail.server import server_of
from tests.mail.smtp_server import PASSWORD, USER, serving, silent
from tests.members.people import PASSWORD as MEMBERS_PASSWORD
from tests.members.people import code_in

pytestmark = pytest.mark.usefixtures("queued")
ACCOUNT = f"{quote(USER)}:{quote(PASSWORD, safe='')}@"


def write(*to: str, subject="通知", **more) -> None:
    EmailMessage(subject, "正文\n.\n再一行", to=to or ["li@reader.example"], **more).send()


def send(url: str) -> int:
    return send_due(server_of(url), Event())


def let_time_pass(**how) -> None:
    """As if mail had been written and tried so long ago."""
    for mail in OutgoingMail.objects.all():
        for name in ("written_at", "next_try_at", "expires_at", "failed_at"):
            if moment := getattr(mail, name):
                setattr(mail, name, moment - timedelta(**how))
        mail.save()


def test_a20_a_reader_registers_by_mail_through_a_server(client):
    client.post(
        "/members/register/",
        {"contact": "li@reader.example", "nickname": "林间", "password1": MEMBERS_PASSWORD, "consent": "on"},
    )
    with serving() as box:
        assert send(f"smtp://{box.address}") == 1
        mail = box.message()
    assert box.taken[0][:2] == ("notice@paper.example", "li@reader.example")
    assert mail["From"] == "每日新闻网 <notice@paper.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    answer = client.post("/members/email/confirm/", {"code": code_in(mail.get_content())})
    assert answer["Location"] == "/members/"
    assert not OutgoingMail.objects.exists()  # the code is nowhere any more


def test_a20_what_did_not_happen_sends_no_mail():
    with transaction.atomic():
        write()
        transaction.set_rollback(True)
    assert not OutgoingMail.objects.exists()


def test_a20_each_recipient_has_a_message_of_their_own(settings):
    settings.EMAIL_REPLY_TO = "desk@paper.example"
    write("a@reader.example", "b@reader.example", cc=["c@reader.example"], bcc=["a@reader.example"])
    with serving() as box:
        box.to_recipient = lambda r: "550 5.1.1 no such mailbox" if r[0] == "b" else None
        assert send(f"smtp://{box.address}") == 2
    assert sorted(box.recipients) == ["a@reader.example", "c@reader.example"]
    assert box.message()["Reply-To"] == "desk@paper.example"
    assert OutgoingMail.objects.get().recipient == "b@reader.example"


def test_a20_starttls_and_sign_in(authority):
    write()
    certificate = authority.issue_cert("localhost")
    with serving(certificate=certificate, starttls=True, sign_in=True) as box:
        assert send(f"smtp+tls://{ACCOUNT}{box.address}") == 1
    assert (box.signed_in, box.tls) == ([USER.encode()], [True])


def test_a20_tls_from_the_first_byte(authority):
    write()
    with serving(certificate=authority.issue_cert("localhost"), sign_in=True) as box:
        assert send(f"smtps://{ACCOUNT}{box.address}") == 1
    assert (box.signed_in, box.tls) == ([USER.encode()], [True])


@pytest.mark.parametrize("scheme", ["smtps", "smtp+tls"])
@pytest.mark.parametrize("fault", ["name", "authority"])
def test_a20_nothing_is_sent_to_a_server_with_a_wrong_certificate(authority, scheme, fault):
    write()
    issuer = trustme.CA() if fault == "authority" else authority
    certificate = issuer.issue_cert("elsewhere.example" if fault == "name" else "localhost")
    starttls, refused = scheme == "smtp+tls", pytest.raises(ServerAway, match="certificate verify failed")
    with serving(certificate=certificate, starttls=starttls, sign_in=True) as box, refused:
        send(f"{scheme}://{ACCOUNT}{box.address}")
    assert (box.taken, box.signed_in) == ([], [])


def test_a20_a_server_without_starttls_learns_nothing():
    write()
    with serving(sign_in=True) as box, pytest.raises(ServerAway, match="STARTTLS"):
        send(f"smtp+tls://{ACCOUNT}{box.address}")
    assert (box.taken, box.signed_in) == ([], [])


def test_a20_a_wrong_password_loses_no_mail(authority):
    write()
    with serving(certificate=authority.issue_cert("localhost"), sign_in=True) as box:
        with pytest.raises(ServerAway, match="535"):
            send(f"smtps://{quote(USER)}:wrong@{box.address}")
        waiting = OutgoingMail.objects.get()
        assert (waiting.failed_at, waiting.tries) == (None, 0)
        assert "535" in waiting.error
        assert send(f"smtps://{ACCOUNT}{box.address}") == 1


def test_a20_a_server_that_is_away_is_asked_again_and_mail_is_kept():
    write()
    with serving() as box:
        pass
    with pytest.raises(ServerAway, match="refused"):
        send(f"smtp://{box.address}")
    assert OutgoingMail.objects.get().tries == 0
    with serving() as box:
        assert send(f"smtp://{box.address}") == 1


@pytest.mark.parametrize("greeting", [b"", b"220 mail.paper.example\r\n"])
def test_a20_a_server_that_hangs_is_let_go(monkeypatch, greeting):
    monkeypatch.setattr("meiri.mail.server.SILENCE", 0.2)
    write()
    with silent(greeting) as address, pytest.raises(ServerAway, match="timed out"):
        send(f"smtp://{address}")
    assert OutgoingMail.objects.get().failed_at is None


@pytest.mark.parametrize("where", ["to_recipient", "to_message"])
def test_a20_a_temporary_refusal_is_tried_again_after_growing_pauses(where):
    write()
    pauses = []
    with serving() as box:
        setattr(box, where, lambda r: "451 4.7.1 greylisted")
        for _ in range(4):
            assert send(f"smtp://{box.address}") == 0
            pauses.append(OutgoingMail.objects.get().next_try_at - timezone.now())
            assert send(f"smtp://{box.address}") == 0  # not before it is due
            let_time_pass(seconds=pauses[-1].total_seconds() + 1)
        assert OutgoingMail.objects.get().tries == 4
        assert OutgoingMail.objects.get().error == "451 4.7.1 greylisted"
        assert pauses == sorted(pauses)
        assert pauses[-1] > 8 * pauses[0]
        setattr(box, where, lambda r: None)
        assert send(f"smtp://{box.address}") == 1


@pytest.mark.parametrize("where", ["to_recipient", "to_message"])
def test_a20_a_refusal_for_good_is_kept_for_the_operator_without_the_text(where, capsys):
    write()
    write("second@reader.example")
    with serving() as box:
        setattr(box, where, lambda r: "550 5.7.1 unwanted" if r.startswith("li") else None)
        assert send(f"smtp://{box.address}") == 1  # the next one goes by the same session
    refused = OutgoingMail.objects.get()
    assert (refused.tries, refused.error, bytes(refused.message)) == (1, "550 5.7.1 unwanted", b"")
    call_command("mail")
    assert "li@reader.example  通知  tries: 1   550 5.7.1 unwanted" in capsys.readouterr().out
    let_time_pass(days=8)
    forget_mail()
    assert not OutgoingMail.objects.exists()


def test_a20_a_server_that_closes_in_between_keeps_nobody_else_waiting():
    write()
    write("second@reader.example")
    with serving() as box:
        box.to_message = lambda r: "421 4.3.2 shutting down" if r.startswith("li") else None
        with pytest.raises(ServerAway, match="421"):
            send(f"smtp://{box.address}")
        assert send(f"smtp://{box.address}") == 1
    assert box.recipients == ["second@reader.example"]


def test_a20_what_is_not_sent_while_it_is_valid_is_thrown_away():
    from meiri.members.contacts import Contact
    from meiri.members.messages import send_code

    send_code(Contact(email="li@reader.example"), "123456")
    write("second@reader.example")
    assert b"123456" in bytes(OutgoingMail.objects.first().message)
    let_time_pass(minutes=16)
    forget_mail()
    assert [m.recipient for m in OutgoingMail.objects.waiting()] == ["second@reader.example"]
    with serving() as box:
        send(f"smtp://{box.address}")
    assert box.recipients == ["second@reader.example"]
    (over,) = OutgoingMail.objects.all()
    assert (bytes(over.message), over.error) == (b"", "not sent in time")


class Pauses(Event):
    """What the worker waits for, told to a test that lets it go on at once and end after some."""

    def __init__(self, most: int):
        super().__init__()
        self.most, self.seconds = most, []

    def wait(self, timeout=None):
        self.seconds.append(timeout)
        if len(self.seconds) == self.most:
            self.set()
        return self.is_set()


def test_a20_the_worker_waits_longer_and_longer_for_a_server_that_is_away():
    write()
    with serving() as box:
        pass
    pauses = Pauses(12)
    keep_sending(server_of(f"smtp://{box.address}"), pauses)
    assert pauses.seconds[:4] == [2, 4, 8, 16]
    assert pauses.seconds[-1] == 300
    with serving() as box:
        keep_sending(server_of(f"smtp://{box.address}"), pauses := Pauses(1))
    assert (box.recipients, pauses.seconds) == (["li@reader.example"], [1])


def test_a20_mail_is_not_tried_for_ever():
    write()
    let_time_pass(days=2, seconds=1)
    assert claim() is None
    forget_mail()
    assert OutgoingMail.objects.waiting().count() == 0


def test_a20_what_a_worker_died_over_is_tried_again():
    write()
    assert claim()
    assert claim() is None
    let_time_pass(seconds=LEASE.total_seconds() + 1)
    with serving() as box:
        assert send(f"smtp://{box.address}") == 1


@pytest.mark.parametrize("to", ["李@reader.example", "li@读者.example"])
def test_a20_addresses_in_other_scripts_end_nothing(to):
    write(to)
    write("second@reader.example")
    with serving() as box:
        send(f"smtp://{box.address}")
    assert "second@reader.example" in box.recipients


@pytest.mark.django_db(transaction=True)
def test_a20_two_workers_send_each_message_once(database_address_of_mail, tmp_path):
    environment = {
        **os.environ,
        "MEIRI_DATABASE_URL": database_address_of_mail,
        "MEIRI_HOME": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "meiri.conf.settings",
    }
    with serving() as box:
        workers = [
            subprocess.Popen(
                [sys.executable, str(Path(__file__).with_name("process.py")), f"smtp://{box.address}"],
                env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )
            for _ in range(2)
        ]  # fmt: skip
        try:
            for worker in workers:
                assert worker.stdout.readline() == "ready\n"
            for worker in workers:
                worker.stdin.write("\n")
                worker.stdin.flush()
            sent = [int(worker.communicate(timeout=60)[0]) for worker in workers]
        finally:
            for worker in workers:
                worker.kill()
                worker.wait()
    assert sorted(box.recipients) == sorted(f"r{n}@reader.example" for n in range(40))
    assert sum(sent) == 40


@pytest.fixture
def database_address_of_mail(transactional_db, queued, request):
    for n in range(40):
        send_mail("通知", "正文", None, [f"r{n}@reader.example"])
    return request.getfixturevalue("database_address")
