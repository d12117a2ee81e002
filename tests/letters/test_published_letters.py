"""What becomes of a printed letter and its answer, by the letters desk: mended with a reason, withdrawn with a receipt, restored."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from meiri.changes.models import PublishedChange, WithdrawalReceipt
from meiri.changes.withdrawal_receipts import check_due_receipts
from meiri.journal.models import Entry
from meiri.letters import handling, published_letters
from meiri.letters.models import Stage
from meiri.outbound import OutboundResponse
from tests.letters.letters_factory import a_letter, someone

pytestmark = pytest.mark.django_db


def test_a_printed_answer_is_mended_withdrawn_and_restored_in_the_open(client, stored_pages):
    letter, handler = a_letter(), someone("handle_letter")
    handling.answer_letter(letter, "路灯已于9月1日修好。", handler)
    published_letters.publish_letter(letter, handler, "东门路灯不亮。", "路灯已于9月1日修好。", "路灯")
    desk = Client()
    desk.force_login(handler)
    address = reverse("letters_desk_letter", args=[letter.pk])
    page = reverse("letter-published", args=[letter.pk])
    history = reverse("changes", args=["letter", letter.pk])

    def do(deed, **given):
        return desk.post(address, {"deed": deed, **given}, follow=True).content.decode()

    def read(at):
        stored_pages.catch_up()
        return client.get(at).content.decode()

    def mend(answer, kind, reason):
        printed = {
            "published_subject": "路灯",
            "published_text": "东门路灯不亮。",
            "published_answer": answer,
        }
        return do("publish", **printed, change_kind=kind, change_reason=reason, confirmed="1")

    assert history not in read(page)
    assert "请写明修改的原因" in mend("路灯已于9月5日修好。", "correction", "")
    assert "这不是小改：数字改了" in mend("路灯已于9月5日修好。", "small", "日期")
    mend("路灯已于9月5日修好。", "correction", "日期有误")
    assert "9月5日" in read(page)
    assert history in read(page)
    told = read(history)
    for words in ("更正", "答复", "日期有误"):
        assert words in told
    # The same words once more are no change.
    mend("路灯已于9月5日修好。", "update", "没有变")
    assert PublishedChange.objects.count() == 1

    assert "影响范围" in desk.get(address).content.decode()
    assert "请写明撤下的原因" in do("withdraw", reason=" ")
    too_long = do("withdraw", reason="据" * 201)
    assert too_long.count("据" * 201) == 1
    assert 'maxlength="200"\n      value="据据' in too_long
    do("withdraw", reason="答复单位要求复核")
    stored_pages.catch_up()
    gone = client.get(page)
    assert (gone.status_code, "原因：答复单位要求复核" in gone.content.decode()) == (410, True)
    assert "路灯" not in read("/letters/")
    assert "东门" not in read(history)
    WithdrawalReceipt.objects.update(due_at=timezone.now())

    def fetch(at):
        found = client.get(at)
        return OutboundResponse(found.status_code, {}, found.content, True)

    assert check_due_receipts(fetch)
    assert {place["state"] for place in WithdrawalReceipt.objects.get().places} == {"gone"}
    letter.refresh_from_db()
    assert (letter.published_text, letter.published_answer) == ("", "")

    assert "据" * 201 in do("restore", reason="据" * 201)
    do("restore", reason="复核无误")
    assert "9月5日" in read(page)
    letter.refresh_from_db()
    assert (letter.stage, letter.sealed_print, letter.withdrawn_at) == (Stage.PUBLISHED, "", None)
    assert [change.kind for change in PublishedChange.objects.order_by("pk")] == [
        *("correction", "withdrawn", "restored")
    ]
    assert Entry.objects.filter(kind="letter.restored").latest("sequence").payload["reason"] == "复核无误"


def test_without_the_key_a_withdrawn_letter_stays_withdrawn_and_its_print_is_kept(settings, tmp_path):
    letter, handler, home = a_letter(), someone("handle_letter"), settings.HOME
    handling.answer_letter(letter, "已修。", handler)
    published_letters.publish_letter(letter, handler, "路灯不亮。")
    published_letters.withdraw_letter(letter, "复核", handler)
    desk, address = Client(), reverse("letters_desk_letter", args=[letter.pk])
    desk.force_login(handler)
    settings.HOME = tmp_path
    told = desk.post(address, {"deed": "restore", "reason": "复核无误"}).content.decode()
    assert "撤下前的刊登稿读不出来（无法解密" in told
    settings.HOME = home
    desk.post(address, {"deed": "restore", "reason": "复核无误"})
    letter.refresh_from_db()
    assert (letter.stage, letter.published_text) == (Stage.PUBLISHED, "路灯不亮。")


def test_what_its_writer_took_back_is_not_printed_again(client):
    letter, handler = a_letter(), someone("handle_letter")
    handling.answer_letter(letter, "已修。", handler)
    published_letters.publish_letter(letter, handler, "路灯不亮。")
    published_letters.withdraw_letter(letter, "复核", handler)
    handling.take_back_letter(letter)
    letter.refresh_from_db()
    assert letter.sealed_print == ""
    desk = Client()
    desk.force_login(handler)
    desk.post(reverse("letters_desk_letter", args=[letter.pk]), {"deed": "restore", "reason": "再登"})
    assert client.get(reverse("letter-published", args=[letter.pk])).status_code == 404
    assert client.get(reverse("changes", args=["letter", letter.pk])).status_code == 404
