"""The letters desk: each deed moves a letter one stage on and leaves one entry."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from meiri.journal.models import Entry
from meiri.letters import handling, published_letters
from meiri.letters.models import Stage, StageCount
from tests.letters.letters_factory import a_letter, someone

pytestmark = pytest.mark.django_db


@pytest.fixture
def handler():
    return someone("handle_letter")


def counts():
    return {c.stage: c.letters for c in StageCount.objects.all() if c.letters}


def test_a_letter_goes_from_hand_to_hand_until_it_is_printed(client, handler):
    letter = a_letter()
    handling.check_letter(letter, handler)
    handling.route_letter(letter, "城区路灯所", handler)
    handling.answer_letter(letter, "已于今日修复。", handler)
    published_letters.publish_letter(letter, handler, "东门的路灯不亮。")
    letter.refresh_from_db()
    assert letter.stage == Stage.PUBLISHED
    assert counts() == {"published": 1}
    assert [s.stage for s in letter.steps.all()] == ["received", "checking", "asked", "answered", "published"]
    kinds = [e.kind for e in Entry.objects.filter(kind__startswith="letter.").order_by("sequence")]
    assert kinds == [
        "letter.received",
        "letter.checking",
        "letter.routed",
        "letter.answered",
        "letter.published",
    ]
    newest = Entry.objects.order_by("-sequence").first()
    assert newest.keys == ["letters", f"letter:{letter.pk}"]
    assert newest.actor == f"user:{handler.pk}"
    for address in ("/letters/", f"/letters/published/{letter.pk}/"):
        page = client.get(address).content.decode()
        assert "林某某" in page
        assert "林晚舟" not in page
        assert "城区路灯所" in page
        assert "已于今日修复" in page


def test_a_letter_is_printed_only_with_consent_and_an_answer(handler):
    silent = a_letter(may_publish=False)
    handling.answer_letter(silent, "已办。", handler)
    with pytest.raises(ValidationError, match="不同意公开"):
        published_letters.publish_letter(silent, handler, "路灯不亮。")
    with pytest.raises(ValidationError, match="不能再转为"):
        published_letters.publish_letter(a_letter(), handler, "路灯不亮。")


def test_a_letter_that_was_printed_can_be_taken_from_readers(client, handler):
    letter = a_letter()
    handling.answer_letter(letter, "已办。", handler)
    published_letters.publish_letter(letter, handler, "路灯不亮。")
    published_letters.withdraw_letter(letter, "来信人要求", handler)
    assert client.get(f"/letters/published/{letter.pk}/").status_code == 410
    assert counts() == {"closed": 1}
    with pytest.raises(ValidationError, match="没有公开"):
        published_letters.withdraw_letter(letter, "再次", handler)


def test_a_closed_letter_stays_closed(handler):
    letter = a_letter()
    handling.close_letter(letter, "不属本网受理范围。", handler)
    for deed in (
        lambda: handling.close_letter(letter, "再次", handler),
        lambda: handling.check_letter(letter, handler),
        lambda: handling.route_letter(letter, "某所", handler),
        lambda: handling.answer_letter(letter, "已办。", handler),
    ):
        with pytest.raises(ValidationError):
            deed()
    assert counts() == {"closed": 1}


@pytest.mark.parametrize("words", ["", "  ", "长" * 301])
def test_words_must_be_given_and_fit(handler, words):
    with pytest.raises(ValidationError):
        handling.close_letter(a_letter(), words, handler)


def test_who_may_not_handle_letters_changes_nothing():
    letter, stranger = a_letter(), someone()
    for deed in (
        lambda: handling.check_letter(letter, stranger),
        lambda: handling.check_letter(letter, None),
        lambda: handling.open_contact(letter, "核实", stranger),
        lambda: handling.open_contact(letter, "核实", None),
    ):
        with pytest.raises(PermissionDenied):
            deed()
    letter.refresh_from_db()
    assert letter.stage == Stage.RECEIVED


def test_the_contact_opens_with_a_reason_that_the_journal_keeps(client):
    letter, editor = a_letter(), someone("handle_letter", "open_contact")
    client.force_login(editor)
    page = client.get(f"/admin/letters/{letter.pk}/")
    assert "13800001234" not in page.content.decode()
    refused = client.post(f"/admin/letters/{letter.pk}/", {"deed": "open_contact", "reason": " "})
    assert "请写明查看联系方式的原因" in refused.content.decode()
    assert not Entry.objects.filter(kind="letter.contact_opened").exists()
    opened = client.post(f"/admin/letters/{letter.pk}/", {"deed": "open_contact", "reason": "电话核实"})
    assert "13800001234" in opened.content.decode()
    assert "no-store" in opened["Cache-Control"]
    entry = Entry.objects.get(kind="letter.contact_opened")
    assert entry.payload == {"receipt": letter.receipt, "stage": "received", "reason": "电话核实"}
    assert entry.actor == f"user:{editor.pk}"


def test_who_handles_a_letter_sees_its_writer_only_with_the_right_to(client):
    letter, editor = a_letter(), someone("handle_letter")
    client.force_login(editor)
    address = f"/admin/letters/{letter.pk}/"
    assert 'value="open_contact"' not in client.get(address).content.decode()
    answer = client.post(address, {"deed": "open_contact", "reason": "电话核实"}, follow=True)
    assert "13800001234" not in answer.content.decode()
    with pytest.raises(PermissionDenied):
        handling.open_contact(letter, "电话核实", editor)
    assert not Entry.objects.filter(kind="letter.contact_opened").exists()


def test_a_lost_key_is_said_not_crashed(client, settings, tmp_path):
    letter, editor = a_letter(), someone("handle_letter", "open_contact")
    settings.HOME = tmp_path
    client.force_login(editor)
    answer = client.post(f"/admin/letters/{letter.pk}/", {"deed": "open_contact", "reason": "电话核实"})
    assert "联系方式无法解密" in answer.content.decode()
    assert not Entry.objects.filter(kind="letter.contact_opened").exists()


def test_the_desk_does_every_deed(client, handler):
    client.force_login(handler)
    letter = a_letter()
    address = f"/admin/letters/{letter.pk}/"
    for sent, stage in [
        ({"deed": "check"}, Stage.CHECKING),
        ({"deed": "route", "unit": "路灯所"}, Stage.ASKED),
        ({"deed": "answer", "answer": "已修。", "unit": ""}, Stage.ANSWERED),
        ({"deed": "publish", "published_text": "路灯不亮。", "confirmed": "1"}, Stage.PUBLISHED),
        ({"deed": "withdraw", "reason": "来信人要求"}, Stage.CLOSED),
    ]:
        assert client.post(address, sent).status_code == 302
        letter.refresh_from_db()
        assert letter.stage == stage
    assert "请选择要做的事" in client.post(address, {"deed": "burn"}).content.decode()


def test_the_desk_lists_by_stage_at_a_fixed_cost(client, handler, django_assert_max_num_queries):
    client.force_login(handler)
    for _ in range(5):
        a_letter()
    client.get("/admin/letters/")
    with django_assert_max_num_queries(18):
        page = client.get("/admin/letters/?stage=received&from=x").content.decode()
    assert page.count("路灯不亮") == 5
    assert "已收到（5）" in page


def test_the_desk_is_for_those_who_handle_letters(client):
    client.force_login(someone())
    letter = a_letter()
    assert client.get("/admin/letters/").status_code == 302
    assert client.get(f"/admin/letters/{letter.pk}/").status_code == 302


def test_what_was_written_is_escaped_everywhere(client, handler):
    letter = a_letter(subject="<b>标题</b>", text="<script>alert(1)</script>")
    handling.answer_letter(letter, "<i>答复</i>", handler, "<u>所</u>")
    published_letters.publish_letter(letter, handler, "<script>alert(1)</script>")
    client.force_login(handler)
    for address in ("/letters/", f"/letters/published/{letter.pk}/", f"/admin/letters/{letter.pk}/"):
        page = client.get(address).content.decode()
        for tag in ("<b>标题", "<script>alert", "<i>答复", "<u>所"):
            assert tag not in page
    asked = client.post(f"/letters/{letter.receipt}/", {"key": "KEY"}).content.decode()
    assert "&lt;b&gt;标题" in asked
