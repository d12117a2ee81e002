"""Where readers' likes and reports are sent: by a button that stands in stored pages, or from a page that needs no script."""

from datetime import timedelta

from django import forms
from django.http import Http404, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from meiri.asked_numbers import LARGEST_ID
from meiri.comments import reactions
from meiri.comments.models import Comment, ReportReason
from meiri.visitors.address import address_of
from meiri.visitors.devices import send_again_named
from meiri.visitors.forms import LineField
from meiri.visitors.origin import from_our_pages
from meiri.visitors.rate_limits import RateLimit

PERIOD, DAY = timedelta(minutes=10), timedelta(days=1)
MOST_LIKES, MOST_REPORTS = 60, 10
# Of one comment from one address in a day: households and offices share one, and whoever deletes cookies has one.
MOST_OF_ONE = 20
TOO_MANY = "操作太频繁，请过一会儿再试。"
NAMELESS = "请在浏览器里允许本网使用 Cookie，再试一次：它只用来让每台设备计一次。"


class ReportForm(forms.Form):
    reason = forms.ChoiceField(
        label="原因",
        choices=ReportReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择原因。", "invalid_choice": "请选择原因。"},
    )
    words = LineField(label="补充说明", required=False, max_length=200)


def _comment(comment_id: int) -> Comment:
    if comment_id > LARGEST_ID:
        raise Http404
    seen = Comment.objects.visible().filter(article__live=True).select_related("article__channel")
    return get_object_or_404(seen, pk=comment_id)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@from_our_pages
def like(request, comment_id: int):
    """Like a comment, or take that back."""
    comment = _comment(comment_id)
    reader = reactions.reader_of(request)
    if request.method != "POST":
        liked = bool(reactions.liked_by(reader, [comment.pk]))
        return render(request, "comments/like.html", {"comment": comment, "liked": liked})
    if reader is None:
        return _name_first(request, comment, "comments/like.html")
    if _too_many(request, comment, "like", MOST_LIKES):
        return _told(request, comment, "comments/like.html", 429, TOO_MANY)
    takes_back = request.POST.get("deed") == "unlike"
    (reactions.unlike_comment if takes_back else reactions.like_comment)(comment, reader)
    if request.accepts("text/html"):
        return HttpResponseRedirect(f"{_all_comments(comment)}#comment-{comment.pk}")
    likes = Comment.objects.values_list("likes", flat=True).get(pk=comment.pk)
    return JsonResponse({"likes": likes, "liked": not takes_back})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@from_our_pages
def report(request, comment_id: int):
    """Report a comment to the moderators."""
    comment = _comment(comment_id)
    form = ReportForm(request.POST if request.method == "POST" else None)
    context = {"comment": comment, "form": form}
    if request.method != "POST":
        return render(request, "comments/report.html", context)
    reader = reactions.reader_of(request)
    if reader is None:
        return _name_first(request, comment, "comments/report.html", form=form)
    if not form.is_valid():
        return render(request, "comments/report.html", context, status=422)
    if _too_many(request, comment, "report", MOST_REPORTS):
        return _told(request, comment, "comments/report.html", 429, TOO_MANY, form=form)
    new = reactions.report_comment(comment, reader, **form.cleaned_data)
    return render(request, "comments/report.html", {"comment": comment, "done": True, "new": new})


def _name_first(request, comment: Comment, template: str, **context):
    """Let the browser send the same again with a name for its device."""
    return send_again_named(request) or _told(request, comment, template, 403, NAMELESS, **context)


def _too_many(request, comment: Comment, deed: str, most: int) -> bool:
    if not RateLimit(deed, most, PERIOD).hit_by_address(request):
        return True
    return not RateLimit(f"{deed} one", MOST_OF_ONE, DAY).hit(f"{comment.pk}\n{address_of(request)}")


def _told(request, comment: Comment, template: str, status: int, words: str, **context):
    if not request.accepts("text/html"):
        return JsonResponse({"detail": words}, status=status)
    return render(request, template, {"comment": comment, "refusal": words, **context}, status=status)


def _all_comments(comment: Comment) -> str:
    address = reverse("comments", args=[comment.article_id])
    return f"{address}?thread={comment.reply_to_id}" if comment.reply_to_id else address
