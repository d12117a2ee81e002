"""What becomes of entries that readers have seen, by the page of an entry in the admin: corrected or repaired with a trace, withdrawn
with a receipt, restored."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from meiri.changes.models import PublishedChange, WithdrawalReceipt
from meiri.changes.withdrawal_receipts import check_due_receipts
from meiri.journal.models import Entry
from meiri.newsroom.initial_newsroom import create_newsroom
from meiri.newsroom.roles import CHIEFS, REPORTERS
from meiri.outbound import OutboundResponse
from tests.live.live_factory import a_coverage, an_entry
from tests.newsroom.test_policy import member_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief(db):
    create_newsroom()
    return member_of(CHIEFS)


def a_desk(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_an_entry_is_repaired_withdrawn_and_restored_in_the_open(chief, client, stored_pages):
    desk, coverage = a_desk(chief), a_coverage()
    entry = an_entry(coverage, "第一车稻谷过镑，共12吨。", title="开镰")
    address = reverse("live_entry", args=[entry.pk])
    page, history = entry.get_absolute_url(), reverse("changes", args=["entry", entry.pk])

    def correct(text, kind, note):
        entry.refresh_from_db()
        body = streamfield([("text", rich_text(f"<p>{text}</p>"))])
        fields = {"title": "开镰", "body": body, "version": entry.version, "kind": kind, "note": note}
        return desk.post(address, nested_form_data(fields | {"deed": "correct"})).content.decode()

    def read(at):
        stored_pages.catch_up()
        return client.get(at).content.decode()

    assert "第一车稻谷过镑" in read(coverage.get_absolute_url())
    assert history not in read(page)
    assert "这不是小改：数字改了" in correct("第一车稻谷过磅，共21吨。", "small", "改错字")
    correct("第一车稻谷过磅，共12吨。", "small", "“过磅”误作“过镑”")
    assert "第一车稻谷过磅" in read(page)
    assert "live-correction" not in read(page)
    assert history in read(page)
    correct("第一车稻谷过磅，共21吨。", "correction", "重量应为21吨")
    assert "live-correction" in read(page)
    told = read(history)
    for words in ("小改", "“过磅”误作“过镑”", "更正", "重量应为21吨"):
        assert words in told
    assert "共12吨" not in told
    assert "共12吨" in desk.get(reverse("changes_of_thing", args=["entry", entry.pk])).content.decode()

    assert "影响范围" in desk.get(address).content.decode()
    assert desk.post(address, {"deed": "withdraw", "reason": " "}).status_code == 422
    too_long = desk.post(address, {"deed": "withdraw", "reason": "据" * 301}).content.decode()
    assert too_long.count("据" * 301) == 1
    desk.post(address, {"deed": "withdraw", "reason": "消息未经核实"})
    assert "这一条已经撤下：消息未经核实" in read(coverage.get_absolute_url())
    assert client.get(page).status_code == 410
    assert "开镰" not in read(history)
    WithdrawalReceipt.objects.update(due_at=timezone.now())

    def fetch(at):
        found = client.get(at)
        return OutboundResponse(found.status_code, {}, found.content, True)

    assert check_due_receipts(fetch)
    receipt = WithdrawalReceipt.objects.get()
    assert {page, coverage.get_absolute_url()} <= {place["address"] for place in receipt.places}
    assert {place["state"] for place in receipt.places} == {"gone"}

    assert desk.post(address, {"deed": "restore", "reason": ""}).status_code == 422
    assert "据" * 301 in desk.post(address, {"deed": "restore", "reason": "据" * 301}).content.decode()
    desk.post(address, {"deed": "restore", "reason": "已经核实"})
    assert "共21吨" in read(page)
    assert [entry.state for entry in coverage.entries.all()] == ["shown"]
    # What a receipt looks for is what stands there.
    assert receipt.marks[0] in read(coverage.get_absolute_url())
    kinds = [change.kind for change in PublishedChange.objects.order_by("pk")]
    assert kinds == ["small", "correction", "withdrawn", "restored"]
    told = Entry.objects.filter(kind="coverage.entry_restored").latest("sequence")
    assert (told.payload["reason"], told.payload["number"]) == ("已经核实", 1)


def test_small_repairs_and_restoring_are_of_who_releases(chief):
    from django.core.exceptions import PermissionDenied

    from meiri.live.amending import correct_entry, restore_entry, withdraw_entry

    reporter = member_of(REPORTERS)
    entry = an_entry(a_coverage(), "第一车稻谷过镑。", by=reporter)
    with pytest.raises(PermissionDenied):
        correct_entry(entry, "", [("text", "<p>第一车稻谷过磅。</p>")], 1, "改错字", reporter, "small")
    withdraw_entry(entry, "误发", reporter)
    with pytest.raises(PermissionDenied):
        restore_entry(entry, "又要了", reporter)
    assert restore_entry(entry, "又要了", chief).state == "shown"
