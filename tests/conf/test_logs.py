"""Ids of requests, and the log as JSON."""

import json
import logging
import sys

import pytest
from django.http import HttpResponse

from meiri.conf.json_log import JsonFormatter, without_persons
from meiri.conf.request_ids import HEADER, RequestIds, current_request_id


def answered(request) -> tuple[str, str]:
    """The id in the answer, and that which whatever logs meanwhile is told."""
    told = []

    def answer(request):
        told.append(json.loads(JsonFormatter().format(a_record("done")))["request_id"])
        return HttpResponse()

    return RequestIds(answer)(request)[HEADER], told[0]


def a_record(message: str, error=None) -> logging.LogRecord:
    return logging.LogRecord("meiri.test", logging.ERROR, "a.py", 1, message, (), error)


def test_a_request_has_the_id_that_the_proxy_gave_it(rf):
    given = "0123456789abcdef0123456789abcdef"
    assert answered(rf.get("/", headers={HEADER: given})) == (given, given)
    assert current_request_id() == ""


@pytest.mark.parametrize(
    "given", ["", "short", "x" * 65, "with a space", "line\nbreak", '{"a": "b"}', "编号编号编号编号"]
)
def test_what_is_no_id_is_not_taken(rf, given):
    made, told = answered(rf.get("/", HTTP_X_REQUEST_ID=given))
    assert made == told != given
    assert len(made) == 32


def test_nobody_but_a_proxy_of_ours_gives_ids(rf):
    given = "0123456789abcdef"
    assert answered(rf.get("/", headers={HEADER: given}, REMOTE_ADDR="203.0.113.9"))[0] != given


def test_answers_of_the_site_have_one(client, db):
    assert len(client.get("/healthz")[HEADER]) == 32


def test_an_exception_is_one_line():
    try:
        raise ValueError("two\nlines")
    except ValueError:
        line = JsonFormatter().format(a_record("failed", sys.exc_info()))
    assert "\n" not in line
    told = json.loads(line)
    assert told["error"] == "ValueError"
    assert "two\nlines" in told["traceback"]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Not Found: /letters/AB12-XY/answer/", "Not Found: /letters/…"),
        ("mail to wang@paper.example failed", "mail to … failed"),
        ("asked by 203.0.113.9:4711, twice", "asked by …, twice"),
        ("asked by 2001:db8::1", "asked by …"),
        ("entry 12: /keji/2026/1130/7.html at 10:30", "entry 12: /keji/2026/1130/7.html at 10:30"),
    ],
)
def test_nothing_tells_of_a_person(said, told):
    assert without_persons(said) == told
