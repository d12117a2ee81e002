"""The duty roster, the hand-over log, and the monthly sheets."""

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from meiri.csv_cells import guarded
from meiri.journal.consumers import run_consumer
from meiri.newsroom import publication_checks
from meiri.newsroom.initial_newsroom import create_desk, create_newsroom
from meiri.newsroom.models import Kind, Origin
from meiri.newsroom.publication_checks import register_check
from meiri.newsroom.publishing import withdraw
from meiri.newsroom.roles import CHIEFS, REPORTERS
from meiri.newsroom.scheduling import publish_scheduled
from meiri.operations.duty_roster import who_is_on_duty
from meiri.personal.models import Notice
from meiri.planning.duty import on_duty
from meiri.planning.duty_shifts import DutyRole, DutyShift, HandoverNote
from meiri.planning.following import follow
from meiri.planning.models import CountedArticle, FeeRule
from tests.live.live_factory import a_person
from tests.newsroom.test_schedule_keeping import NoRiver, scheduled
from tests.newsroom_factory import a_channel, a_station, an_article, an_author

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def newsroom(shared_database):
    create_newsroom()
    create_desk("科技编辑", [a_channel()])


@pytest.fixture
def chief(newsroom):
    return a_person("主编甲", CHIEFS)


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def a_shift(user, role=DutyRole.CHIEF, begins=timedelta(hours=-1), ends=timedelta(hours=1), **fields):
    now = timezone.now()
    return DutyShift.objects.create(
        role=role, user=user, begins_at=now + begins, ends_at=now + ends, **fields
    )


def follow_all():
    while run_consumer("planning"):
        pass


def rows_of(client, **asked) -> list[dict]:
    answer = client.get(reverse("planning_sheet"), {"format": "csv", **asked})
    assert answer["Content-Type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.content.decode().removeprefix("\ufeff"))))


def test_who_is_on_duty_at_a_moment(chief):
    shift = a_shift(chief, telephone="000-1")
    a_shift(chief, DutyRole.EDITOR, timedelta(hours=1), timedelta(hours=9))
    assert on_duty() == [shift]
    assert on_duty(DutyRole.EDITOR) == []
    assert len(on_duty(DutyRole.EDITOR, timezone.now() + timedelta(hours=2))) == 1
    # What alarms of other apps are told.
    assert who_is_on_duty() == ["值班总编 主编甲（000-1）"]


def test_an_alarm_names_who_is_on_duty(chief, monkeypatch):
    monkeypatch.setattr(publication_checks, "_checks", [])
    register_check(NoRiver())
    a_shift(chief, telephone="000-1")
    scheduled("松花江边", chief)
    for _ in range(2):
        publish_scheduled()
    [notice] = Notice.objects.filter(member=chief)
    assert notice.text.startswith("《松花江边》没有按时发布")
    assert notice.text.endswith(f"现在值班：{DutyRole.CHIEF.label} {chief}（000-1）。")


def test_a_chief_keeps_the_roster_and_everybody_hands_over(chief):
    client, reporter = signed_in(chief), signed_in(a_person("记者甲", REPORTERS))
    address = reverse("planning_duty")
    now = timezone.localtime()
    given = {
        "deed": "shift",
        "role": "chief",
        "user": "主编甲",
        "begins_at": f"{now:%Y-%m-%d %H:%M}",
        "ends_at": f"{now + timedelta(hours=8):%Y-%m-%d %H:%M}",
    }
    assert client.post(address, given | {"ends_at": given["begins_at"]}).status_code == 422
    assert client.post(address, given).status_code == 302
    assert DutyShift.objects.get().user == chief
    assert reporter.post(address, given).status_code in (302, 403)
    assert DutyShift.objects.count() == 1
    assert reporter.post(address, {"deed": "note", "text": ""}).status_code == 422
    reporter.post(address, {"deed": "note", "text": "一条更正待核。"})
    assert "一条更正待核。" in client.get(address).content.decode()
    assert HandoverNote.objects.get().by.username == "记者甲"
    client.post(address, {"deed": "delete", "shift": DutyShift.objects.get().pk})
    assert not DutyShift.objects.exists()


def test_what_was_published_is_counted_by_author_channel_and_station(chief):
    lin, shen = an_author(), an_author("沈知南", "shen-zhinan", role="通讯员")
    FeeRule.objects.create(points=Decimal(2))
    FeeRule.objects.create(kind=Kind.FLASH, points=Decimal(1))
    FeeRule.objects.create(origin=Origin.REPRINT, points=Decimal(0))
    an_article(authors=[lin, shen])
    an_article(authors=[lin], kind=Kind.FLASH)
    an_article(authors=[lin], origin=Origin.REPRINT)
    an_article(stations=[a_station()], home_station=a_station())
    gone = an_article(authors=[shen])
    withdraw(gone, "有误。")
    follow_all()
    client = signed_in(chief)
    assert [(r["名称"], r["合计"], r["快讯"], r["撤稿"], r["分数"]) for r in rows_of(client)] == [
        ("林晚舟", "3", "1", "0", "2.0"),
        ("沈知南", "1", "0", "1", "1.0"),
    ]
    assert [r["名称"] for r in rows_of(client, contributors="1")] == ["沈知南"]
    assert [(r["名称"], r["合计"], r["撤稿"]) for r in rows_of(client, by="channel")] == [
        ("科技前沿", "4", "1")
    ]
    assert [(r["名称"], r["合计"]) for r in rows_of(client, by="station")] == [("浙江", "1")]
    assert rows_of(client, month="2001-02") == []
    assert "林晚舟" in client.get(reverse("planning_sheet")).content.decode()


def test_an_entry_that_comes_again_counts_nothing_twice(chief):
    from meiri.journal.models import Entry

    an_article(authors=[an_author()])
    follow_all()
    follow(list(Entry.objects.order_by("sequence")))
    assert CountedArticle.objects.count() == 1
    assert [r["合计"] for r in rows_of(signed_in(chief))] == ["1"]


def test_a_desk_sees_the_figures_of_its_own_places(chief):
    an_article(authors=[an_author()])
    an_article(channel=a_channel("要闻", "yaowen"), authors=[an_author()])
    follow_all()
    editor = a_person("编辑甲", "科技编辑")
    assert [r["合计"] for r in rows_of(signed_in(editor))] == ["1"]
    assert [r["合计"] for r in rows_of(signed_in(chief))] == ["2"]
    assert signed_in(a_person("记者甲", REPORTERS)).get(reverse("planning_sheet")).status_code == 302


def test_a_sheet_costs_the_same_for_any_number_of_articles(chief, django_assert_max_num_queries):
    client, asked = signed_in(chief), []
    for total in (1, 6):
        for number in range(total):
            an_article(authors=[an_author(f"作者{number}", f"zuozhe-{number}")])
        follow_all()
        client.get(reverse("planning_sheet"))
        with django_assert_max_num_queries(60) as queries:
            client.get(reverse("planning_sheet"))
        asked.append(len(queries))
    assert asked[0] == asked[1]


@given(st.text(max_size=8))
def test_no_cell_begins_a_formula(text):
    shown = guarded(text)
    assert shown.lstrip("'") == text.lstrip("'")
    assert not shown.lstrip().startswith(("=", "+", "-", "@"))
