"""A request that can't be taken is answered in words."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_a_form_without_its_token_is_said_to_be_out_of_date():
    answer = Client(enforce_csrf_checks=True).post("/letters/write/", {})
    assert answer.status_code == 403
    assert "页面已过期" in answer.content.decode()


def test_an_encoding_nobody_reads_is_said(client):
    answer = client.post(
        "/letters/write/", b"subject=a", content_type="application/x-www-form-urlencoded; charset=gbk"
    )
    assert answer.status_code == 400
    assert "编码有误" in answer.content.decode()


def test_too_much_is_said_to_be_too_much(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    answer = client.post("/letters/write/", {"subject": "长" * 100})
    assert answer.status_code in (400, 413)
    assert "请" in answer.content.decode()
    assert "内容" in answer.content.decode()
