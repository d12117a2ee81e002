"""The screens of reviews: what they cost, what they say, and what chiefs set up on them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from meiri.journal.models import Entry
from meiri.newsroom.models import Article
from meiri.review.models import ReviewChain, ReviewVerdict
from tests.review.newsroom import a_submitted, review, set_up, signed_in, waiting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shared_database")]


@pytest.fixture(scope="module")
def newsroom(shared_database):
    return set_up()


def queries_of(client, address) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_what_waits_costs_the_same_however_much_it_is(newsroom):
    client, inbox = signed_in(newsroom.editors[0]), reverse("review_inbox")
    a_submitted(newsroom)
    queries_of(client, inbox)
    before = queries_of(client, inbox)
    for _ in range(6):
        a_submitted(newsroom)
    assert queries_of(client, inbox) == before


def test_what_came_back_says_above_the_form_why_and_where(newsroom):
    article = a_submitted(newsroom)
    review(article, newsroom.editors[0], ReviewVerdict.CHANGE, opinion="导语要改", marks={"": "时间不对"})
    page = signed_in(newsroom.writer).get(reverse("wagtailsnippets_newsroom_article:edit", args=[article.pk]))
    text = page.content.decode()
    assert "导语要改" in text
    assert "时间不对" in text


def test_a_form_that_is_not_right_keeps_what_was_written(newsroom):
    article = a_submitted(newsroom)
    client, address = signed_in(newsroom.editors[0]), reverse("review_one", args=[waiting(article).pk])
    seen = client.get(address).context["review"].text.words
    answer = client.post(
        address, {"verdict": "adopt", "seen": seen, "opinion": "写了一半的意见", "mark-": "这里不通"}
    )
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "请逐条核对" in text
    assert "写了一半的意见" in text
    assert "这里不通" in text


def step_form(number: int, name: str, groups, **more) -> dict:
    fields = {"name": name, "part": "review", "groups": groups, "minutes": 30, "ORDER": number + 1, **more}
    return {f"steps-{number}-{field}": value for field, value in fields.items()}


def test_chiefs_set_a_chain_up_and_the_journal_knows(newsroom):
    chief, groups = signed_in(newsroom.chiefs[0]), [g.pk for g in newsroom.editors[0].groups.all()]
    sent = {
        "name": "评论两审", "lane": "normal", "kind": "opinion", "active": "on",
        "steps-TOTAL_FORMS": 2, "steps-INITIAL_FORMS": 0,
        **step_form(0, "初审", groups), **step_form(1, "签发", groups),
    }  # fmt: skip
    answer = chief.post(reverse("review_chain_add"), sent, follow=True)
    assert "“评论两审”已保存" in answer.content.decode()
    chain = ReviewChain.objects.get(name="评论两审")
    article = a_submitted(newsroom, kind="opinion")
    assert waiting(article).task.specific.chain == chain
    entry = Entry.objects.filter(kind="review.chain").last()
    assert entry.payload["name"] == "评论两审"
    # One step is taken out: what was reviewed by it stays known.
    steps = chain.current_steps
    sent |= {
        "steps-INITIAL_FORMS": 2,
        "steps-0-key": steps[0].pk,
        "steps-1-key": steps[1].pk,
        "steps-0-DELETE": "on",
    }
    chief.post(reverse("review_chain", args=[chain.pk]), sent)
    assert [step.name for step in ReviewChain.objects.get(pk=chain.pk).current_steps] == ["签发"]
    assert chain.steps.count() == 2
    wrong = chief.post(reverse("review_chain_add"), sent | {"name": "空流程", "steps-1-DELETE": "on"})
    assert "流程至少要有一步" in wrong.content.decode()
    assert signed_in(newsroom.editors[0]).get(reverse("review_chains")).status_code == 302


def test_publish_is_offered_when_nothing_is_missing(newsroom):
    article = a_submitted(newsroom)
    edit = reverse("wagtailsnippets_newsroom_article:edit", args=[article.pk])
    assert 'name="action-publish"' not in signed_in(newsroom.chiefs[0]).get(edit).content.decode()
    way = reverse("review_article", args=[article.pk])
    answer = signed_in(newsroom.chiefs[0]).post(way, {"deed": "except", "reason": ""})
    assert "请写明原因" in answer.content.decode()
    signed_in(newsroom.chiefs[0]).post(way, {"deed": "except", "reason": "突发，已电话终审"})
    assert 'name="action-publish"' in signed_in(newsroom.chiefs[0]).get(edit).content.decode()
    assert not Article.objects.get(pk=article.pk).live
