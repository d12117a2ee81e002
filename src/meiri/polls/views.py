"""Where readers vote: from the page of an article, or from a page of the poll's own that needs no script; and what came out."""

from datetime import timedelta

from django.http import Http404, HttpResponseNotFound, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from meiri.asked_numbers import LARGEST_ID
from meiri.comments.reactions import reader_of
from meiri.delivery.keys import uses
from meiri.delivery.rendering import page
from meiri.journal.content_keys import ARTICLE, POLLS
from meiri.newsroom.models import Article
from meiri.polls.asked_polls import AskedPoll, find_poll, result_of
from meiri.polls.forms import VoteForm
from meiri.polls.vote_counting import VoteFate, has_voted, take_vote
from meiri.visitors.address import address_of
from meiri.visitors.counting import times_by
from meiri.visitors.devices import device_of, send_again_named
from meiri.visitors.origin import from_our_pages
from meiri.visitors.rate_limits import RateLimit

PERIOD, DAY = timedelta(minutes=10), timedelta(days=1)
MOST_VOTES = 60
# Votes in one poll from one address in a day before a question is asked, and before no more are counted: households, offices and
# whole dormitories share one, and whoever deletes cookies has one.
FEW_OF_ONE, MOST_OF_ONE = 20, 200
TOO_MANY = "从这个网络投票太频繁了，请过一会儿再试。"
NAMELESS = "请在浏览器里允许本网使用 Cookie，再投一次：它只用来让每台设备投一票。"
TRAPPED = "没有计票：表单里有一栏应当留空，却填了内容，多半是浏览器自动填写的。请再投一次。"
MEMBERS_ONLY = "这个投票只限会员参加，请先登录。"
TOLD = {
    VoteFate.TAKEN: "投票成功，谢谢参与。",
    VoteFate.VOTED_BEFORE: "您已经投过票了，每人一票，投过不能更改。",
    VoteFate.CLOSED: "投票已经截止。",
    VoteFate.WRONG: "请从列出的选项里选。",
}
STATUSES = {VoteFate.TAKEN: 200, VoteFate.VOTED_BEFORE: 409, VoteFate.CLOSED: 410, VoteFate.WRONG: 422}


def _poll(article_id: int, block: str) -> AskedPoll:
    found = find_poll(article_id, block) if article_id <= LARGEST_ID else None
    if found is None:
        raise Http404
    return found


@page
@require_safe
def result(request, article_id: int, block):
    """How a poll stands, as a piece of its article's page: the same for everybody, a stored page of its own."""
    try:
        poll = _poll(article_id, str(block))
    except Http404:
        return HttpResponseNotFound("<p class='empty-line'>这个投票已经撤下。</p>")
    uses(ARTICLE.key(article_id), POLLS.key(article_id))
    return render(request, "polls/result.html", {"poll": poll, "result": result_of(poll)})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@from_our_pages
def poll(request, article_id: int, block):
    """A poll by itself: to vote, and to see how it stands. Where votes are sent to."""
    asked = _poll(article_id, str(block))
    if request.method == "POST":
        return _receive(request, asked)
    return _page(request, asked)


def _receive(request, asked: AskedPoll):
    """Count a vote, or say why it was not counted."""
    form = VoteForm(asked, request.POST)
    if form.by_robot:
        form.resend(website="")
        return _refuse(request, asked, 422, TRAPPED, form)
    if not form.is_valid():
        return _refuse(request, asked, 422, str(next(iter(form.errors.values()))[0]), form)
    if asked.members_only and not request.user.is_authenticated:
        return _refuse(request, asked, 403, MEMBERS_ONLY, form)
    reader = reader_of(request)
    if reader is None:
        return _name_first(request, asked, form)
    counts = not asked.is_closed and not has_voted(asked, _readers(request))
    if counts and (refusal := _beyond_limits(request, asked, form)):
        return refusal
    device = device_of(request) if request.user.is_authenticated else None
    fate = take_vote(asked, form.cleaned_data["choice"], reader, device)
    return _told(request, asked, fate)


def _beyond_limits(request, asked: AskedPoll, form: VoteForm):
    """The answer to whoever voted too often, or is to answer a question first; None for all others."""
    if not RateLimit("vote", MOST_VOTES, PERIOD).hit_by_address(request):
        return _refuse(request, asked, 429, TOO_MANY, form)
    count = times_by(f"{asked.block}\n{address_of(request)}", "vote in one", DAY)
    if count > MOST_OF_ONE:
        return _refuse(request, asked, 429, TOO_MANY, form)
    if count > FEW_OF_ONE and not form.answers_rightly():
        form.ask()
        return _refuse(request, asked, 429, "", form)
    return None


def _readers(request) -> list[str]:
    """All names under which whoever asks may have voted."""
    device = device_of(request)
    named = [reader for reader in (reader_of(request),) if reader]
    return list(dict.fromkeys([*named, *([f"device:{device}"] if device else [])]))


def _name_first(request, asked: AskedPoll, form: VoteForm):
    """Let the browser send the same again with a name for its device."""
    return send_again_named(request) or _refuse(request, asked, 403, NAMELESS, form)


def _told(request, asked: AskedPoll, fate: VoteFate):
    if not request.accepts("text/html"):
        return JsonResponse({"detail": TOLD[fate]}, status=STATUSES[fate])
    if fate == VoteFate.TAKEN:
        return HttpResponseRedirect(reverse("poll", args=[asked.article, asked.block]))
    return _page(request, asked, told=TOLD[fate], status=STATUSES[fate])


def _refuse(request, asked: AskedPoll, status: int, words: str, form: VoteForm):
    if not request.accepts("text/html"):
        # A question is shown on the poll's own page: the script goes there.
        return JsonResponse({"detail": words, "asks": bool(form.question)}, status=status)
    return _page(request, asked, form, words, status=status)


def _page(
    request,
    asked: AskedPoll,
    form: VoteForm | None = None,
    refusal: str = "",
    told: str = "",
    status: int = 200,
):
    """The poll with the form for whoever may still vote, and how it stands."""
    article = (
        Article.objects.live()
        .select_related("channel")
        .only("title", "channel", "published_at")
        .get(pk=asked.article)
    )
    voted = has_voted(asked, _readers(request))
    is_open = not asked.is_closed and not voted
    context = {
        "article": article,
        "poll": asked,
        "result": result_of(asked),
        "voted": voted,
        "form": (form or VoteForm(asked)) if is_open else None,
        "needs_member": asked.members_only and not request.user.is_authenticated,
        "refusal": refusal,
        "told": told,
    }
    return render(request, "polls/page.html", context, status=status)
