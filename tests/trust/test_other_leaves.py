"""Letters with their answers, laid-out pages, live entries and topics stand in the public log too, and are compared with it."""

import pytest
from wagtail.models import Page

from meiri.fronts.initial_pages import create_pages
from meiri.fronts.models import StandardPage
from meiri.journal.models import Entry
from meiri.journal.verification import run_checks
from meiri.letters import handling
from meiri.letters.published_letters import publish_letter, restore_letter, withdraw_letter
from meiri.live.amending import restore_entry, withdraw_entry
from meiri.newsroom.initial_newsroom import create_newsroom
from meiri.trust.log_files import log_files
from meiri.trust.models import Leaf
from meiri.trust.outside import verify_log
from tests.letters.letters_factory import a_letter, someone
from tests.live.live_factory import a_coverage, an_entry
from tests.newsroom_factory import a_topic
from tests.trust.conftest import enter_and_sign, execute

pytestmark = pytest.mark.django_db


def kinds_of(thing: str) -> list[str]:
    numbers = Leaf.objects.filter(thing=thing).order_by("index").values_list("entry", flat=True)
    return [Entry.objects.get(pk=number).kind for number in numbers]


def faults() -> list[str]:
    return [fault for _, found in run_checks() for fault in found]


def test_a_printed_letter_with_its_answer_is_a_leaf():
    letter, handler = a_letter(), someone("handle_letter")
    handling.answer_letter(letter, "路灯已于9月1日修好。", handler)
    publish_letter(letter, handler, "东门路灯不亮。", "路灯已于9月1日修好。", "路灯")
    withdraw_letter(letter, "日期有误", handler)
    restore_letter(letter, "日期无误", handler)
    enter_and_sign()
    assert kinds_of(letter.content_key) == ["letter.published", "letter.withdrawn", "letter.restored"]
    assert verify_log(log_files().read).size == Leaf.objects.count()
    assert faults() == []
    execute("UPDATE letters_letter SET published_answer = '路灯已于9月9日修好。'")
    assert faults() == [f"letter:{letter.pk} is not what was published last"]


def test_each_entry_of_a_coverage_is_a_leaf():
    coverage = a_coverage()
    entry = an_entry(coverage, "第一车稻谷过磅，共12吨。", title="开镰")
    withdraw_entry(entry, "重量待核")
    restore_entry(entry, "重量无误")
    enter_and_sign()
    told = ["coverage.entry_published", "coverage.entry_withdrawn", "coverage.entry_restored"]
    assert kinds_of(f"coverage:{coverage.pk}/1") == told
    assert kinds_of(f"coverage:{coverage.pk}") == ["coverage.announced", "coverage.moved"]
    assert faults() == []
    execute("UPDATE live_liveentry SET title = '收镰'")
    assert faults() == [f"entry coverage:{coverage.pk}/1 is not what was published last"]


def test_laid_out_pages_and_topics_are_leaves():
    create_newsroom()
    create_pages()
    topic = a_topic("春运", "chunyun")
    page = Page.objects.get(slug="about").add_child(
        instance=StandardPage(title="投稿须知", slug="tougao", body="<p>共12栏。</p>")
    )
    page.save_revision().publish()
    page.body = "<p>共13栏。</p>"
    page.save_revision().publish()
    page.unpublish()
    enter_and_sign()
    assert kinds_of(f"page:{page.pk}")[-2:] == ["front.published", "front.withdrawn"]
    assert kinds_of(f"topic:{topic.pk}") == ["topic.created"]
    assert faults() == []
    page.save_revision().publish()
    assert faults() == []
    execute("UPDATE fronts_standardpage SET body = '<p>共14栏。</p>' WHERE page_ptr_id = %s", page.pk)
    assert faults() == [f"page:{page.pk} is not what was published last"]
