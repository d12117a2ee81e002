"""What readers see of a coverage."""

import json
import re

import pytest
from django.test import Client
from lxml import html

from meiri.delivery.rendering import render
from meiri.live.amending import correct_entry, withdraw_entry
from meiri.live.directing import move_coverage
from meiri.live.into_articles import break_out, freeze_coverage
from meiri.live.models import CoverageState
from meiri.live.reporting import pin_entry
from meiri.media.removing import take_down
from meiri.media.use import is_used
from meiri.newsroom.publishing import publish
from tests.live.live_factory import a_coverage, an_entry
from tests.syndication.pictures import a_picture

pytestmark = pytest.mark.django_db


def page(address: str, status=200):
    answer = Client().get(address)
    assert answer.status_code == status, address
    return html.fromstring(answer.content.decode())


def words(element) -> str:
    return " ".join(element.text_content().split())


def structured(document) -> dict:
    found = [json.loads(s.text) for s in document.findall(".//script[@type='application/ld+json']")]
    return next(data for data in found if data["@type"] == "LiveBlogPosting")


def test_entries_stand_newest_first_pinned_ones_above_all():
    coverage = a_coverage(summary="看新粮进仓。")
    first = an_entry(coverage, "第一条。", title="开秤")
    an_entry(coverage, "第二条。", is_important=True)
    pin_entry(first, True)
    shown = page(coverage.get_absolute_url())
    assert [e.get("id") for e in shown.find_class("live-entry")] == ["pinned-1", "entry-2", "entry-1"]
    assert "直播中" in words(shown.get_element_by_id("live-state"))
    assert "重要" in words(shown.get_element_by_id("entry-2"))


def test_corrections_and_withdrawals_are_told_in_their_places():
    coverage = a_coverage()
    wrong, gone = an_entry(coverage, "二十一人。"), an_entry(coverage, "未经核实的话。")
    correct_entry(wrong, "", [("text", "<p>十二人。</p>")], 1, "应为十二人。")
    withdraw_entry(gone, "未经核实。")
    text = words(page(coverage.get_absolute_url()))
    assert "十二人。" in text
    assert "应为十二人。" in text
    assert "二十一人" not in text
    assert "未经核实的话" not in text
    alone = page(f"/zhibo/{coverage.pk}/2.html", status=410)
    assert "这一条已经撤下：未经核实。" in words(alone)
    assert "未经核实的话" not in words(alone)


def test_each_entry_has_an_address_of_its_own():
    coverage = a_coverage()
    an_entry(coverage, "只有这一条。", title="头一条")
    an_entry(coverage, "另一条。")
    shown = page(f"/zhibo/{coverage.pk}/1.html")
    assert shown.find(".//h1").text == "头一条"
    assert "另一条" not in words(shown)
    page(f"/zhibo/{coverage.pk}/3.html", status=404)
    page(f"/zhibo/{2**70}/", status=404)


def test_older_entries_stand_on_pages_of_their_own(monkeypatch):
    monkeypatch.setattr("meiri.web.live.SHOWN", 2)
    coverage = a_coverage()
    for number in range(5):
        an_entry(coverage, f"第{number}条。")
    first = page(coverage.get_absolute_url())
    seen = [e.get("id") for e in first.find_class("live-entry")]
    while older := first.findall(".//a[@rel='next']"):
        first = page(older[0].get("href"))
        seen += [e.get("id") for e in first.find_class("live-entry")]
    assert seen == [f"entry-{n}" for n in (5, 4, 3, 2, 1)]
    assert Client().get(f"{coverage.get_absolute_url()}?before=x").status_code == 404


def test_search_engines_are_told_what_happened_when():
    coverage = a_coverage()
    entry = an_entry(coverage, "过磅。", title="开秤", signature="林晚舟")
    correct_entry(entry, "开秤", [("text", "<p>过秤。</p>")], 1, "应为过秤。")
    coverage = move_coverage(coverage, CoverageState.ENDED)
    data = structured(page(coverage.get_absolute_url()))
    assert data["coverageStartTime"] <= data["coverageEndTime"]
    (update,) = data["liveBlogUpdate"]
    assert (update["headline"], update["articleBody"]) == ("开秤", "过秤。")
    assert update["url"].endswith(f"/zhibo/{coverage.pk}/#entry-1")
    assert update["correction"][0]["text"] == "应为过秤。"
    assert update["author"]["name"] == "林晚舟"


def test_the_traditional_edition_has_its_words_and_its_links():
    coverage = a_coverage(title="秋粮收购现场直播")
    an_entry(coverage, "农民把稻谷运进仓库。")
    for address in ("/zhibo/", coverage.get_absolute_url(), f"/fragments/live/{coverage.pk}/"):
        text = Client().get(f"/zh-hant{address}").content.decode()
        assert "農民" in text or address == "/zhibo/"
        assert f'href="/zh-hant/zhibo/{coverage.pk}/' in text


def test_the_page_of_changes_has_each_change_once_in_its_order(monkeypatch):
    monkeypatch.setattr("meiri.web.live.CHANGES", 3)
    coverage = a_coverage()
    entries = [an_entry(coverage, f"第{n}条。") for n in range(4)]
    withdraw_entry(entries[3], "误发。")
    pin_entry(entries[0], True)
    text = Client().get(f"/fragments/live/{coverage.pk}/").content.decode()
    # The coverage's own change, then the last three entries that changed, the withdrawn and the pinned one in their places.
    assert re.findall(r'<template data-change="(\d+)"', text) == ["1", "4", "6", "7"]
    assert re.findall(r'data-since="(\d+)"', text) == ["3"]
    assert "误发。" in text


def test_pages_cost_the_same_number_of_queries_for_any_number_of_entries(django_assert_max_num_queries):
    coverage = a_coverage()

    def count(address: str) -> int:
        with django_assert_max_num_queries(40) as asked:
            assert render(address).response.status_code == 200
        return len(asked)

    picture = a_picture()
    addresses = (coverage.get_absolute_url(), f"/fragments/live/{coverage.pk}/", "/zhibo/")
    for address in addresses:  # what every page shares is kept from now on
        count(address)
    several = []
    for total in (2, 12):
        for _ in range(total):
            entry = an_entry(coverage, "一条。")
            body = [("text", "<p>一条。</p>"), ("image", {"image": picture, "caption": "现场", "credit": ""})]
            correct_entry(entry, "", body, 1, "补一张图片。")
        several.append([count(address) for address in addresses])
    assert several[1] == several[0]


def test_a_coverage_leads_to_the_articles_that_came_of_it_when_they_are_published(stored_pages):
    coverage = a_coverage()
    entry = an_entry(coverage, "全文。", title="单独成稿")
    client, address = Client(), coverage.get_absolute_url()
    article = break_out(entry)
    stored_pages.catch_up()
    assert article.get_absolute_url() not in client.get(address).content.decode()
    publish(article)
    stored_pages.catch_up()
    article.refresh_from_db()
    assert article.get_absolute_url() in client.get(address).content.decode()
    whole = freeze_coverage(move_coverage(coverage, CoverageState.ENDED))
    publish(whole)
    stored_pages.catch_up()
    assert "阅读全文" in client.get(address).content.decode()


def test_stored_pages_follow_every_deed(stored_pages):
    coverage = a_coverage()
    client = Client()
    addresses = (coverage.get_absolute_url(), f"/fragments/live/{coverage.pk}/")

    def texts():
        stored_pages.catch_up()
        return [client.get(address).content.decode() for address in addresses]

    before = texts()
    entry = an_entry(coverage, "新的一条。")
    assert all("新的一条。" in text for text in texts())
    correct_entry(entry, "", [("text", "<p>改过的。</p>")], 1, "改了。")
    assert all("改过的。" in text and "新的一条" not in text for text in texts())
    withdraw_entry(entry, "撤下了。")
    assert all("改过的" not in text and "撤下了。" in text for text in texts())
    assert texts() != before


def test_a_picture_of_an_entry_is_in_use_and_goes_from_the_page_when_it_is_taken_down(stored_pages):
    picture, coverage, client = a_picture(), a_coverage(), Client()
    entry = an_entry(coverage, "配图的一条。")
    body = [("text", "<p>配图的一条。</p>"), ("image", {"image": picture, "caption": "现场", "credit": ""})]
    correct_entry(entry, "", body, 1, "补一张图片。")
    assert is_used(picture)
    stored_pages.catch_up()
    assert "<picture" in client.get(coverage.get_absolute_url()).content.decode()
    take_down(picture, "授权到期。")
    stored_pages.catch_up()
    shown = client.get(coverage.get_absolute_url()).content.decode()
    assert "配图的一条。" in shown
    assert "<picture" not in shown
