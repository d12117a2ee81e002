"""Comments that are sent at the same time are taken together; a flood is turned away before it costs anything."""

import threading

import pytest
from django.db import IntegrityError

from meiri.comments import flooding
from meiri.comments.limits import FEW, Sender
from meiri.comments.models import Comment, CommentState
from meiri.comments.submission import Fate, Sent, take_comment, take_comments
from meiri.comments.thread_pages import counts_of
from meiri.sections.models import CommentPolicy
from meiri.visitors.group_commit import GroupCommit
from meiri.visitors.rate_limits import TokenBuckets
from tests.newsroom_factory import an_article


def sent(article, number: int, **more) -> Sent:
    return Sent(article.pk, f"digest {number}", "读者", f"第 {number} 条", **more)


@pytest.mark.django_db
def test_a_batch_stands_in_the_queue_in_the_order_in_which_it_was_sent():
    article = an_article()
    outcomes = take_comments([sent(article, n) for n in range(9)])
    assert [outcome.fate for outcome in outcomes] == [Fate.TAKEN] * 9
    kept = list(Comment.objects.pending().order_by("pk"))
    assert [comment.text for comment in kept] == [f"第 {n} 条" for n in range(9)]
    assert [comment.pk for comment in kept] == [outcome.comment for outcome in outcomes]


@pytest.mark.django_db
def test_a_batch_costs_no_more_queries_than_one(django_assert_max_num_queries):
    article, sender = an_article(), Sender("甲", "203.0.113.0/24", trusted=True)
    take_comment(sent(article, 0, sender=sender))
    with django_assert_max_num_queries(8):
        take_comments([sent(article, n, sender=sender) for n in range(1, 9)])
    assert Comment.objects.count() == 9


@pytest.mark.django_db
def test_one_form_twice_in_a_batch_and_once_more_makes_one_comment():
    article = an_article(comment_policy=CommentPolicy.OPEN)
    first, second = take_comments([sent(article, 1), sent(article, 1)])
    again = take_comment(sent(article, 1))
    assert first == second == again
    assert Comment.objects.get().state == CommentState.APPROVED
    assert counts_of([article.pk]) == {article.pk: 1}


@pytest.mark.django_db
def test_whoever_missed_the_answer_gets_it_by_the_same_form_whatever_has_changed():
    article, sender = an_article(), Sender("甲", "203.0.113.0/24", trusted=False)
    first = take_comment(sent(article, 0, sender=sender))
    for number in range(1, FEW):
        take_comment(sent(article, number, sender=sender))
    again, other = take_comments([sent(article, 0, sender=sender), sent(article, FEW, sender=sender)])
    assert again == first
    assert other.fate == Fate.ASKED
    article.comment_policy = CommentPolicy.CLOSED
    article.save()
    assert take_comment(sent(article, 0, sender=sender)) == first
    assert Comment.objects.count() == FEW


@pytest.mark.django_db
def test_within_a_batch_each_has_the_fate_of_its_own():
    article, closed = an_article(), an_article(comment_policy=CommentPolicy.CLOSED)
    sender = Sender("甲", "203.0.113.0/24", trusted=False)
    outcomes = take_comments(
        [
            *(sent(article, n, sender=sender) for n in range(FEW + 1)),
            sent(article, 98, sender=sender, answered=True),
            sent(closed, 99),
            sent(article, 100, reply_to=999_999),
            Sent(999_999, "digest", "读者", "好"),
            sent(article, 101),
        ]
    )
    fates = [outcome.fate for outcome in outcomes]
    ends = [Fate.ASKED, Fate.TAKEN, Fate.CLOSED, Fate.WRONG, Fate.NO_ARTICLE, Fate.TAKEN]
    assert fates == [Fate.TAKEN] * FEW + ends
    assert "已不在" in outcomes[-3].errors["reply_to"]
    assert Comment.objects.count() == FEW + 2


def in_threads(calls) -> None:
    threads = [threading.Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()


def test_those_who_come_while_one_works_are_served_together_and_in_order():
    begun, go_on, batches = threading.Event(), threading.Event(), []

    def double(items):
        batches.append(list(items))
        begun.set()
        assert go_on.wait(20)
        return [2 * item for item in items]

    together, results = GroupCommit(double), {}

    def ask(number):
        results[number] = together.do(number)

    first = threading.Thread(target=ask, args=[0])
    first.start()
    assert begun.wait(20)
    others = [threading.Thread(target=ask, args=[n]) for n in range(1, 6)]
    for thread in others:
        thread.start()
    while len(together._gathered) < 5:
        threading.Event().wait(0.001)
    arrived = [call.item for call in together._gathered]
    go_on.set()
    for thread in [first, *others]:
        thread.join(20)
    assert results == {n: 2 * n for n in range(6)}
    assert batches == [[0], arrived]


def test_one_that_can_not_be_done_spoils_no_other():
    barrier, results = threading.Barrier(8), {}

    def whole(items):
        if 3 in items:
            raise IntegrityError("three")
        return items

    together = GroupCommit(whole, apart_on=(IntegrityError,))

    def ask(number):
        barrier.wait(20)
        try:
            results[number] = together.do(number)
        except IntegrityError as error:
            results[number] = str(error)

    in_threads([lambda n=n: ask(n) for n in range(8)])
    assert results == {**{n: n for n in range(8)}, 3: "three"}


def test_an_error_reaches_everyone_who_waits_and_the_next_is_served():
    together = GroupCommit(lambda items: [1 // item for item in items])
    with pytest.raises(ZeroDivisionError):
        together.do(0)
    assert together.do(1) == 1


class Scope:
    method, path, query_string, client = "POST", "/comments/7/", "", "127.0.0.1:4711"

    def __init__(self, address: str, **changed):
        self.headers = {"x-forwarded-for": address}
        vars(self).update(changed)


def test_a_flood_is_answered_without_django_and_leaves_the_others_alone(monkeypatch):
    monkeypatch.setattr(
        flooding, "_buckets", TokenBuckets(flooding.BURST, flooding.A_SECOND, 10, lambda: 0.0)
    )
    answers = [flooding.respond(Scope("203.0.113.7")) for _ in range(flooding.BURST + 1)]
    assert answers[:-1] == [None] * flooding.BURST
    assert answers[-1].status == 429
    assert "没有收下" in answers[-1].body.decode()
    assert dict(answers[-1].headers)["content-security-policy"]
    assert flooding.respond(Scope("203.0.113.8")) is None
    assert flooding.respond(Scope("203.0.113.7", method="GET")) is None
    assert flooding.respond(Scope("203.0.113.7", path="/comments/like/7/")) is None
