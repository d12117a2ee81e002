"""Polls in the newsroom: how each stands, and its result as CSV. What is asked is written in the article itself."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views import View

from meiri.asked_numbers import asked_number
from meiri.csv_cells import csv_lines
from meiri.newsroom.clock import local
from meiri.policy import check, visible
from meiri.policy.checked_view import CheckedView
from meiri.polls.asked_polls import polls_in
from meiri.polls.models import ChosenCount, Poll, newest_polls

PER_PAGE = 50


class PollsView(CheckedView):
    """The polls of the articles that an editor may change, newest first. Three queries."""

    deed, thing = "see", Poll
    page_title = "投票"
    header_icon = "tasks"
    template_name = "polls/admin/list.html"
    breadcrumbs_items = [*CheckedView.breadcrumbs_items, {"url": "", "label": "投票"}]

    def get(self, request):
        before = asked_number(request.GET.get("from"))
        found = newest_polls(visible(request.user, Poll.objects.all(), "see"), PER_PAGE + 1, before)
        shown = found[:PER_PAGE]
        counts: dict[int, dict[str, int]] = {poll.pk: {} for poll in shown}
        rows = ChosenCount.objects.filter(poll__in=counts).values_list("poll_id", "choice", "votes")
        for poll, choice, votes in rows:
            counts[poll][choice] = votes
        return self.render_to_response(
            self.get_context_data(
                polls=[(poll, result_lines(poll, counts[poll.pk])) for poll in shown],
                next=shown[-1].pk if len(found) > PER_PAGE else None,
            )
        )


class PollResultView(View):
    """What came out of a poll, as CSV: a line for each choice."""

    def get(self, request, poll_id: int):
        poll = get_object_or_404(Poll.objects.select_related("article__channel"), pk=poll_id)
        check(request.user, "see", poll)
        counts = dict(ChosenCount.objects.filter(poll=poll).values_list("choice", "votes"))
        closes = f"{local(poll.closes):%Y-%m-%d %H:%M}" if poll.closes else ""
        head: list[tuple[str, object]] = [
            *(("题目", poll.question), ("稿件", poll.article.title)),
            *(("截止时间", closes), ("参加人数", poll.voters)),
        ]
        lines = csv_lines([*head, ("选项", "票数"), *result_lines(poll, counts)])
        response = HttpResponse("".join(lines), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="poll-{poll.pk}.csv"'
        return response


def result_lines(poll: Poll, counts: dict[str, int]) -> list[tuple[str, int]]:
    """The words of each choice and its votes, in the order of the article; those of what is no longer there at the end."""
    raw = poll.article.body.raw_data
    asked = next((asked for asked in polls_in(poll.article_id, raw) if asked.block == poll.block), None)
    choices = asked.choices if asked else {}
    gone = [("（已不在稿件里的选项）", votes) for choice, votes in counts.items() if choice not in choices]
    return [*((words, counts.get(choice, 0)) for choice, words in choices.items()), *gone]
