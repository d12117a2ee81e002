"""What becomes of official answers after they were published: changed, withdrawn, restored, each with a reason that readers see; by
the page of a comment in the admin."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from meiri.changes.models import WithdrawalReceipt
from meiri.changes.withdrawal_receipts import check_due_receipts
from meiri.comments.models import Comment, CommentState
from meiri.comments.moderation import answer_comment
from meiri.journal.models import Entry
from meiri.newsroom.initial_newsroom import create_newsroom
from meiri.newsroom.roles import REPORTERS
from meiri.outbound import OutboundResponse
from tests.newsroom.test_policy import member_of
from tests.newsroom_factory import an_article

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief(db):
    create_newsroom()
    return get_user_model().objects.create_superuser("chief", password="x")


@pytest.fixture
def answer(chief) -> Comment:
    asked = Comment.objects.create(
        article=an_article("新学校"), name="读者", text="几时报名？", token_digest="1"
    )
    return answer_comment(asked, "报名从9月1日开始。", chief)


def test_an_answer_is_changed_withdrawn_and_restored_in_the_open(chief, answer, client, stored_pages):
    desk = Client()
    desk.force_login(chief)
    address = reverse("comments_one", args=[answer.pk])
    fragment = reverse("comments-fragment", args=[answer.article_id])
    history = reverse("changes", args=["comment", answer.pk])

    def do(deed, **given):
        page = desk.post(address, {"deed": deed, **given}, follow=True).content.decode()
        stored_pages.catch_up()
        return page

    def read(at=fragment):
        return client.get(at).content.decode()

    stored_pages.catch_up()
    assert "报名从9月1日开始。" in read()
    assert history not in read()
    corrected = {"text": "报名从9月5日开始。", "kind": "correction"}
    assert "请写明修改的原因" in do("change", **corrected, reason=" ")
    refused = do("change", **corrected | {"kind": "small"}, reason="日期")
    assert "这不是小改：数字改了" in refused
    assert 'value="small" selected' in refused
    assert refused.count('value="日期"') == 1
    do("change", **corrected, reason="日期有误")
    assert "报名从9月5日开始。" in read()
    assert history in read()
    told = read(history)
    for words in ("更正", "日期有误", "回复内容"):
        assert words in told
    assert "9月1日" not in told
    assert "9月1日" in desk.get(reverse("changes_of_thing", args=["comment", answer.pk])).content.decode()

    assert "影响范围" in desk.get(address).content.decode()
    assert "请写明撤回的原因" in do("withdraw", reason="")
    assert do("withdraw", reason="据" * 201).count("据" * 201) == 1
    do("withdraw", reason="以教育局公告为准")
    page = read()
    assert "这条官方回复已经撤回。原因：以教育局公告为准" in page
    assert "报名从9月5日开始。" not in page
    assert "共 2 条评论" in page
    assert "请先恢复" in do("change", **corrected, reason="再改")
    WithdrawalReceipt.objects.update(due_at=timezone.now())

    def fetch(at):
        found = client.get(at)
        return OutboundResponse(found.status_code, {}, found.content, True)

    assert check_due_receipts(fetch)
    receipt = WithdrawalReceipt.objects.get()
    assert receipt.places
    assert {place["state"] for place in receipt.places} == {"gone"}

    do("restore", reason="公告已经发布")
    assert "报名从9月5日开始。" in read()
    kinds = [entry.kind for entry in Entry.objects.filter(kind__startswith="comment.answer_").order_by("pk")]
    assert kinds == ["comment.answer_changed", "comment.answer_withdrawn", "comment.answer_restored"]
    # It does not vanish without a trace by the queue.
    desk.post(reverse("comments_queue"), {"deed": f"reject-{answer.pk}", "reason": "广告或推广"})
    answer.refresh_from_db()
    assert answer.state == CommentState.APPROVED


def test_who_moderates_no_comments_changes_no_answer(answer, client):
    client.force_login(member_of(REPORTERS))
    client.post(reverse("comments_one", args=[answer.pk]), {"deed": "withdraw", "reason": "试试"})
    answer.refresh_from_db()
    assert answer.withdrawn_text == ""
    asked = answer.reply_to
    assert client.get(reverse("changes", args=["comment", asked.pk])).status_code == 404
