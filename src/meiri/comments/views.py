"""Readers' comments: a fragment for the article's page, and pages that need no script."""

from django.http import Http404, HttpResponseNotFound
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from meiri.comments.models import Comment, State
from meiri.comments.reading import counts_of, page_of, thread_of
from meiri.comments.writing import MOST, PERIOD, CommentForm, submit, too_many
from meiri.newsroom.models import Article
from meiri.sections.models import CommentPolicy

LARGEST_ID = 2**63 - 1


def _article(article_id: int) -> Article:
    if article_id > LARGEST_ID:
        raise Http404
    return get_object_or_404(Article.objects.live().select_related("channel"), pk=article_id)


def _number(request, name: str) -> int | None:
    """A key out of the query; None for anything that is none."""
    text = request.GET.get(name, "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0
    return number if 0 < number <= LARGEST_ID else None


def _member(request):
    return request.user if request.user.is_authenticated else None


def _shown(request, article, **more):
    closed = article.comments_by == CommentPolicy.CLOSED
    return {
        "article": article,
        "page": page_of(article.pk, _number(request, "before")),
        "count": counts_of([article.pk]).get(article.pk, 0),
        "closed": closed,
        "before_shown": article.comments_by == CommentPolicy.REVIEW,
        "member": _member(request),
        "form": None if closed else CommentForm(article=article, member=_member(request)),
        **more,
    }


@require_safe
@never_cache
def fragment(request, article_id: int):
    """The comments as a piece of the article's page. It holds the form's token, so nobody stores it."""
    try:
        article = _article(article_id)
    except Http404:
        return HttpResponseNotFound("<p class='empty-line'>这篇稿件暂无评论。</p>")
    return render(request, "comments/fragment.html", _shown(request, article))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def comments(request, article_id: int):
    """All comments of an article with the form; where the form is sent to."""
    article = _article(article_id)
    if request.method == "POST":
        return _receive(request, article)
    if thread_id := _number(request, "thread"):
        thread = thread_of(article.pk, thread_id, _number(request, "after") or 0)
        if thread is None:
            raise Http404
        return render(request, "comments/thread.html", {"article": article, "thread": thread})
    context = _shown(request, article)
    if context["form"] and (number := _number(request, "reply_to")):
        answered = Comment.objects.approved().filter(pk=number, article=article).first()
        if answered:
            context["answered"] = answered
            context["form"].initial["reply_to"] = answered.pk
    return render(request, "comments/page.html", context)


def _receive(request, article):
    if article.comments_by == CommentPolicy.CLOSED:
        return render(request, "comments/page.html", _shown(request, article), status=403)
    form = CommentForm(request.POST, article=article, member=_member(request))
    if form.by_robot:
        # A robot is told what it wants to hear.
        return render(request, "comments/thanks.html", {"article": article, "shown": False})
    if not form.is_valid():
        return render(request, "comments/page.html", _shown(request, article, form=form), status=422)
    if too_many(request):
        form.add_error(
            None, f"{int(PERIOD.total_seconds()) // 60} 分钟内最多发表 {MOST} 条评论，请稍后再发。"
        )
        return render(request, "comments/page.html", _shown(request, article, form=form), status=429)
    comment = submit(form)
    return render(
        request, "comments/thanks.html", {"article": article, "shown": comment.state == State.APPROVED}
    )
