"""What became of a comment, told to whoever wrote it: by the key of its receipt, or on the member's own pages."""

import hashlib

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from meiri.asked_numbers import LARGEST_ID
from meiri.comments.appealing import LONGEST_APPEAL, appeal, may_appeal
from meiri.comments.models import Comment, CommentState
from meiri.comments.views import number_in

PER_PAGE = 20


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def receipt(request, key: str):
    """The receipt shown after posting. Its key is the token of the form, of which only a digest is kept."""
    return _receipt(request, token_digest=hashlib.sha256(key.encode()).hexdigest())


@require_safe
@never_cache
@login_required
def mine(request):
    """A member's comments, newest first, with what was decided."""
    comments = Comment.objects.filter(member=request.user).select_related("article__channel")
    if before := number_in(request, "before"):
        comments = comments.filter(pk__lt=before)
    found = list(comments.order_by("-pk")[: PER_PAGE + 1])
    more = found[PER_PAGE - 1].pk if len(found) > PER_PAGE else None
    return render(request, "comments/mine.html", {"comments": found[:PER_PAGE], "next": more})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def mine_one(request, comment_id: int):
    """What became of one of a member's comments."""
    if comment_id > LARGEST_ID:
        raise Http404
    return _receipt(request, pk=comment_id, member=request.user)


def _receipt(request, **which):
    comments = Comment.objects.filter(official=False).select_related("article__channel")
    comment = get_object_or_404(comments, **which)
    error, status = "", 200
    if request.method == "POST":
        try:
            appeal(comment, request.POST.get("appeal", ""))
            return redirect(request.path)
        except ValidationError as refusal:
            error, status = refusal.messages[0], 422
    context = {
        "comment": comment,
        "article": comment.article,
        "may_appeal": may_appeal(comment),
        "hidden_with": comment.state == CommentState.APPROVED
        and not Comment.objects.visible().filter(pk=comment.pk).exists(),
        "longest": LONGEST_APPEAL,
        "words": request.POST.get("appeal", ""),
        "error": error,
    }
    return render(request, "comments/receipt.html", context, status=status)
