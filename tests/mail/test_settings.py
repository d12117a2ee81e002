"""Where mail goes is checked when the site starts; where it goes nowhere, administrators are told."""

import pytest
from django.core.management import CommandError, call_command

from meiri.mail.server import check_mail, server_of


@pytest.mark.parametrize(
    ("url", "scheme", "host", "port", "user", "password"),
    [
        ("smtp://relay", "smtp", "relay", 25, "", ""),
        ("smtp+tls://u:sesame@mail.paper.example", "smtp+tls", "mail.paper.example", 587, "u", "sesame"),
        ("smtps://notice%40paper.example:a%3Ab%2Fc%25@[2001:db8::1]:4650/",
         "smtps", "2001:db8::1", 4650, "notice@paper.example", "a:b/c%"),
    ],
)  # fmt: skip
def test_a20_an_address_names_a_server(url, scheme, host, port, user, password):
    server = server_of(url)
    assert (server.scheme, server.host, server.port) == (scheme, host, port)
    assert (server.user, server.password) == (user, password)
    assert not password or password not in repr(server)


@pytest.mark.parametrize(
    "url",
    [
        "mail.paper.example", "http://mail.paper.example", "smtp://", "smtp://host:99999", "smtp://host:port",
        "smtps://user@host", "smtps://:secret@host", "smtps://u:p%0d%0aQUIT@host", "smtp://host/folder",
        "smtp://host?tls=1", "smtp://[::1", "smtp://user:secret@relay.example",
    ],
)  # fmt: skip
def test_a20_a_bad_address_ends_the_start_with_one_sentence(settings, url):
    settings.EMAIL_URL = url
    for command in (["serve", "--port", "8159"], ["work"]):
        with pytest.raises(CommandError, match=r"^MEIRI_EMAIL_URL .*\.$") as error:
            call_command(*command)
        assert "secret" not in str(error.value)


@pytest.mark.parametrize("name", ["EMAIL_FROM", "EMAIL_REPLY_TO"])
@pytest.mark.parametrize("text", ["每日新闻网", "a@b@c", "a@host\nBcc: x@y.example"])
def test_a20_a_bad_sender_ends_the_start(settings, name, text):
    setattr(settings, name, text)
    with pytest.raises(ValueError, match=f"MEIRI_{name}"):
        check_mail()


def test_a20_a_server_needs_a_sender(settings):
    settings.EMAIL_FROM, settings.EMAIL_REPLY_TO = "", ""
    settings.EMAIL_URL = "smtp://relay"
    with pytest.raises(ValueError, match="MEIRI_EMAIL_FROM"):
        check_mail()
    settings.EMAIL_URL = "smtps://notice%40paper.example:secret@mail.paper.example"
    check_mail()


@pytest.mark.django_db
def test_a20_administrators_see_on_the_first_screen_that_mail_reaches_nobody(admin_client, settings):
    settings.EMAIL_URL = ""
    assert "MEIRI_EMAIL_URL" in admin_client.get("/admin/").content.decode()
    settings.EMAIL_URL = "smtp://relay"
    assert "MEIRI_EMAIL_URL" not in admin_client.get("/admin/").content.decode()


@pytest.mark.django_db
def test_a20_administrators_see_on_the_first_screen_what_was_refused(admin_client, queued):
    from django.core.mail import send_mail

    from meiri.mail.sending import claim, give_up

    send_mail("通知", "正文", None, ["li@reader.example"])
    give_up(claim(), "550 5.1.1 no such mailbox")
    assert "1 封邮件没有发出：550 5.1.1 no such mailbox" in admin_client.get("/admin/").content.decode()
