"""The page of the rules that lists follow: what it says is what holds."""

import dataclasses

import pytest
from django.utils import timezone

from meiri.audience import hot, view_counts
from meiri.conf.management.commands.work import SCHEDULE
from meiri.journal.models import Entry
from meiri.operations.models import Node
from meiri.search import finding, related_reading
from meiri.web.events import RankingRulesRecorded
from meiri.web.ranking_history import SHOWN, record_rules, rules_in_words

pytestmark = pytest.mark.django_db


def told(client) -> str:
    return "".join(client.get("/paixu/").content.decode().split())


@pytest.mark.parametrize(
    ("module", "name", "value", "sentence"),
    [
        (hot, "LENGTH", 17, "榜上最多17条"),
        (view_counts, "WINDOW", 45 * 60, "同一位读者45分钟内"),
        (related_reading, "MOST", 23, "最多23条：同一事件"),
        (finding, "FRESH", 0.77, "分量加77%"),
        (hot, "PINNED", "编辑部指定", "标明“编辑部指定”"),
    ],
)
def test_a_rule_that_changes_changes_the_page(client, monkeypatch, module, name, value, sentence):
    assert sentence not in told(client)
    monkeypatch.setattr(module, name, value)
    assert sentence in told(client)


def test_each_hot_list_tells_how_far_it_looks_back_and_how_fast_it_forgets(client, monkeypatch):
    for sentence in (
        "最近一天：计入1天内的阅读，每过6小时，",
        "最近一小时：计入1小时内的阅读，每过30分钟，",
        "最近一周：计入7天内的阅读，每过2天，",
    ):
        assert sentence in told(client)
    monkeypatch.setitem(hot.WINDOWS, "day", dataclasses.replace(hot.DAY, half_life=9))
    assert "最近一天：计入1天内的阅读，每过9小时，" in told(client)


def test_lists_and_every_page_lead_there(client):
    for address in ("/hot/", "/corrections/"):
        assert 'href="/paixu/' in client.get(address).content.decode()


def recorded() -> int:
    return Entry.objects.of(RankingRulesRecorded).count()


def test_the_worker_records_rules_once_and_again_when_they_change(client, stored_pages, monkeypatch):
    assert record_rules in [job.run for job in SCHEDULE]
    assert "现在还没有记录" in told(client)
    for _ in range(2):
        record_rules()
    assert recorded() == 1
    stored_pages.catch_up()
    assert "起有记录" in told(client)
    assert "不再是" not in told(client)
    before = hot.LENGTH
    monkeypatch.setattr(hot, "LENGTH", 17)
    for _ in range(2):
        record_rules()
    assert recorded() == 2
    stored_pages.catch_up()
    page = told(client)
    assert f"<dt>不再是</dt><dd><del>今日热点：榜上最多{before}条" in page
    assert "<dt>现在是</dt><dd><ins>今日热点：榜上最多17条" in page
    assert page.count("<del>") == page.count("<ins>") == 1


def test_each_sentence_of_the_rules_is_recorded_with_its_heading():
    rules = rules_in_words()
    assert (
        f"今日热点：榜上最多 {hot.LENGTH} 条，分量相同的，新稿在前；不满时用全站最新的稿件补足，并标明“最新”。"
        in rules
    )
    assert {rule.partition("：")[0] for rule in rules} >= {"不使用个人特征", "更多推荐", "搜索", "评论"}
    assert not [rule for rule in rules if "<" in rule or "\n" in rule]


def test_nodes_of_different_releases_record_nothing(monkeypatch):
    for name, release in (("one", "a"), ("two", "b")):
        Node.objects.create(name=name, release=release, keys={}, seen_at=timezone.now())
    record_rules()
    assert recorded() == 0
    Node.objects.update(release="b")
    record_rules()
    assert recorded() == 1


def test_the_history_costs_one_query_however_long_it_is(client, monkeypatch, django_assert_num_queries):
    from meiri.web.ranking_history import changes_of_rules

    for length in range(30, 30 + SHOWN + 5):
        monkeypatch.setattr(hot, "LENGTH", length)
        record_rules()
    with django_assert_num_queries(1):
        changes, has_older = changes_of_rules()
    assert has_older
    assert len(changes) == SHOWN
    assert f"这里列出最近{SHOWN}次变更" in told(client)


def test_everything_by_time_alone_is_one_step_away(client):
    for address in ("/paixu/", "/hot/"):
        assert 'href="/gundong/"' in client.get(address).content.decode()
