"""Mail of a site without a server: files that nobody else can read, and that do not stay."""

import os
from datetime import timedelta

import pytest
from django.core.mail import send_mail
from django.utils import timezone

from meiri.mail.folder import forget_files
from meiri.members.contacts import Contact
from meiri.members.messages import send_code


@pytest.fixture
def outbox(settings, tmp_path):
    settings.EMAIL_BACKEND = "meiri.mail.folder.FolderBackend"
    settings.HOME = tmp_path
    return tmp_path / "outbox"


def mode(path) -> str:
    return oct(path.stat().st_mode & 0o777)


@pytest.mark.django_db
def test_b17_files_of_mail_and_messages_are_for_their_owner_alone(outbox):
    outbox.mkdir()
    outbox.chmod(0o755)  # as an earlier release left it
    before = os.umask(0)
    try:
        send_mail("通知", "正文", None, ["li@reader.example"])
        send_code(Contact(phone="+8613800138000"), "123456")
    finally:
        os.umask(before)
    assert mode(outbox) == "0o700"
    assert [mode(path) for path in outbox.iterdir()] == ["0o600"] * 2


@pytest.mark.django_db
def test_b17_codes_go_when_they_are_not_valid_any_more_and_old_mail_after_a_week(outbox, monkeypatch):
    send_mail("通知", "正文", None, ["li@reader.example"])
    send_code(Contact(email="li@reader.example"), "123456")
    send_code(Contact(phone="+8613800138000"), "123456")
    old = outbox / "20260101-000000-1.log"
    old.write_text("您的验证码是 123456")
    began = timezone.now()

    def left_after(**how) -> int:
        monkeypatch.setattr("meiri.mail.folder.timezone.now", lambda: began + timedelta(**how))
        forget_files()
        return len(list(outbox.iterdir()))

    assert left_after(minutes=14) == 4
    assert left_after(minutes=16) == 2
    assert left_after(days=8) == 0
