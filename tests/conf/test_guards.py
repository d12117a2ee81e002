"""Headers that guard a reader's browser, and cookies of a site that is read over TLS."""

import json
import os
import subprocess
import sys

import pytest

from meiri.delivery.headers import guarding

GUARDS = {
    "Content-Security-Policy",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
    "Permissions-Policy",
    "Referrer-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/members/login/", 200),
        ("/letters/", 200),
        ("/nothing/here/", 404),
        ("/api/v1/channels/", 200),
        ("/admin/", 302),
        ("/healthz", 200),
    ],
)
def test_b18_every_answer_has_the_headers_that_guard_a_reader(client, path, status):
    answer = client.get(path)
    assert answer.status_code == status
    assert GUARDS - set(answer.headers) == set()
    assert "geolocation=()" in answer["Permissions-Policy"]
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["X-Content-Type-Options"] == "nosniff"
    if not answer.content.startswith(b"{"):
        assert "default-src 'self'" in answer["Content-Security-Policy"]


@pytest.mark.django_db
def test_b18_a_form_that_is_refused_has_them_too(settings):
    from django.test import Client

    answer = Client(enforce_csrf_checks=True).post("/members/login/", {})
    assert answer.status_code == 403
    assert GUARDS - set(answer.headers) == set()


def test_b18_what_the_server_answers_without_django_has_them():
    assert {name.lower() for name in GUARDS} == {name for name, _ in guarding()}


@pytest.mark.django_db
def test_b18_pictures_may_be_shown_elsewhere_and_run_nothing(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "friendlinks").mkdir()
    (tmp_path / "friendlinks/a.png").write_bytes(b"picture")
    answer = client.get("/media/friendlinks/a.png")
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "sandbox" in answer["Content-Security-Policy"]


# What a site answers to a visitor of its members' door, in a process with the settings of such a site.
ANSWERS = """
import json, django
django.setup()
from django.test import RequestFactory
from django.conf import settings
from django.middleware.csrf import CsrfViewMiddleware, get_token
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpResponse
from meiri.delivery.guards import Guards
from meiri.delivery.headers import guarding
def view(request):
    get_token(request)
    return HttpResponse()
response = Guards(CsrfViewMiddleware(view))(RequestFactory().get("/"))
print(json.dumps({
    "session": [settings.SESSION_COOKIE_NAME, settings.SESSION_COOKIE_SECURE, settings.SESSION_COOKIE_HTTPONLY,
                settings.SESSION_COOKIE_SAMESITE, settings.SESSION_COOKIE_PATH, settings.SESSION_COOKIE_DOMAIN],
    "cookies": response.cookies.output(header=""),
    "hsts": response.headers.get("Strict-Transport-Security"),
    "pages": dict(guarding()).get("strict-transport-security"),
}))
"""


def answers(tmp_path, **settings: str) -> dict:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MEIRI_")}
    done = subprocess.run(
        [sys.executable, "-c", ANSWERS],
        env=clean | {"MEIRI_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "meiri.conf.settings"} | settings,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_b18_cookies_over_tls_belong_to_this_host_alone(tmp_path):
    found = answers(tmp_path, MEIRI_BASE_URL="https://www.example.com")
    assert found["session"] == ["__Host-sessionid", True, True, "Lax", "/", None]
    assert "__Host-csrftoken=" in found["cookies"]
    assert "Secure" in found["cookies"]
    assert "Path=/" in found["cookies"]
    assert "Domain" not in found["cookies"]
    assert found["hsts"] == found["pages"] == "max-age=31536000"


def test_b18_without_tls_nothing_demands_it(tmp_path):
    found = answers(tmp_path, MEIRI_BASE_URL="http://127.0.0.1:8140")
    assert found["session"][:2] == ["sessionid", False]
    assert found["hsts"] is found["pages"] is None


def test_b18_an_operator_begins_with_a_short_time(tmp_path):
    found = answers(tmp_path, MEIRI_BASE_URL="https://a.example", MEIRI_HSTS_SECONDS="3600")
    assert found["hsts"] == "max-age=3600"
    assert answers(tmp_path, MEIRI_BASE_URL="https://a.example", MEIRI_HSTS_SECONDS="0")["hsts"] is None
