"""The page of the rules that lists follow: what it says is what holds."""

import dataclasses

import pytest

from meiri.audience import hot, view_counts
from meiri.search import finding, related_reading

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
