"""系统状态: what administrators see of how the site is run, and nobody else."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from meiri import health_checks
from meiri.health_checks import broken, fine, health_check, warning
from meiri.newsroom.initial_newsroom import create_desk, create_newsroom
from meiri.operations.models import JobRun, Node
from meiri.operations.status_desk import PARTS
from tests.newsroom.test_policy import member_of
from tests.newsroom_factory import a_channel

pytestmark = pytest.mark.django_db
STATUS, CHECKS = "/admin/system/", "/admin/system/checks/"


@pytest.fixture
def desk(client):
    client.force_login(get_user_model().objects.create_superuser("guanli", "g@example.com", "x"))
    return client


@pytest.fixture
def checks(monkeypatch):
    """The checks of this test alone, beside that of the database."""
    kept = {health_checks.DATABASE: health_checks._checks[health_checks.DATABASE]}
    monkeypatch.setattr(health_checks, "_checks", kept)
    return kept


def test_what_is_wrong_stands_first_with_what_to_do(desk, checks):
    health_check("disk")(lambda: [fine("/data has 40 GiB left")])
    health_check("mail queue")(lambda: [warning("9 messages wait", "see the mail server")])
    health_check("search")(lambda: [broken("<b>no index</b>", "type: meiri reindex")])
    shown = desk.get(CHECKS).content.decode()
    assert "故障" in shown
    assert "2 处需要处理" in shown
    assert shown.index("meiri reindex") < shown.index("see the mail server") < shown.index("40 GiB")
    assert "&lt;b&gt;no index" in shown
    assert "检索" in shown


def test_a_check_that_fails_is_a_finding_and_not_an_error(desk, checks):
    def fail():
        raise OSError("gone")

    health_check("mail server")(fail)
    answer = desk.get(CHECKS)
    assert answer.status_code == 200
    assert "OSError: gone" in answer.content.decode()


def test_every_part_has_a_chinese_name():
    assert set(health_checks._checks) <= set(PARTS)


def test_jobs_that_fail_and_nodes_that_differ_are_named(desk):
    now = timezone.now()
    JobRun.objects.create(
        name="send_mail", failures=3, error="refused <x>", ended_at=now, due_at=now + timedelta(minutes=1)
    )
    JobRun.objects.create(name="count_views", node="a", ended_at=now, seconds=0.25)
    Node.objects.create(name="a", release="1" * 64, seen_at=now)
    Node.objects.create(name="b", release="2" * 64, seen_at=now - timedelta(seconds=30))
    page = desk.get(STATUS)
    shown = page.content.decode()
    assert "refused &lt;x&gt;" in shown
    assert [run.name for run in page.context["runs"]] == ["count_views"]
    assert shown.count("与其他节点不同") == 1


def test_it_stands_where_nothing_has_run_yet(desk):
    shown = desk.get(STATUS).content.decode()
    assert "没有节点报到" in shown
    assert "没有失败的任务" in shown
    assert STATUS in desk.get("/admin/").content.decode()


def test_nobody_else_sees_it(client):
    create_newsroom()
    create_desk("科技编辑", channels=[a_channel("科技", "keji")])
    client.force_login(member_of("科技编辑"))
    for address in (STATUS, CHECKS):
        assert client.get(address).status_code in (302, 403)
    assert "/admin/system/" not in client.get("/admin/").content.decode()
    client.logout()
    assert client.get(CHECKS).status_code in (302, 403)
