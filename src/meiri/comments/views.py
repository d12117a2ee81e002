"""Readers' comments: a fragment for the article's page, and pages that need no script."""

from functools import cache

from django.http import Http404, HttpResponseNotFound, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from meiri.asked_numbers import LARGEST_ID, asked_number
from meiri.comments.closing import policy_of
from meiri.comments.commenters import look_up_commenters
from meiri.comments.limits import MINUTES, sender_of
from meiri.comments.models import Comment, CommentCursor
from meiri.comments.proof_of_work import BITS
from meiri.comments.reactions import liked_by, reader_of
from meiri.comments.submission import Fate, take_comment
from meiri.comments.thread_pages import PICKS, Order, counts_of, page_of, thread_of
from meiri.comments.writing import CommentForm
from meiri.delivery.keys import uses
from meiri.delivery.rendering import page
from meiri.journal.content_keys import COMMENTS
from meiri.newsroom.models import Article
from meiri.sections.models import CommentPolicy
from meiri.visitors.pseudonyms import pseudonym_of

TRAPPED = "没有收下：表单里有一栏应当留空，却填了内容，多半是浏览器自动填写的。请再提交一次。"
REFUSED = f"{MINUTES} 分钟内发表的评论太多了，请稍后再发。"
STATUSES = {Fate.NO_ARTICLE: 404, Fate.CLOSED: 403, Fate.WRONG: 422, Fate.ASKED: 429, Fate.REFUSED: 429}


def _article(article_id: int) -> Article:
    if article_id > LARGEST_ID:
        raise Http404
    return get_object_or_404(Article.objects.live().select_related("channel"), pk=article_id)


def number_in(request, name: str) -> int | None:
    """A key out of the query; None for anything that is none."""
    number = asked_number(request.GET.get(name), most_digits=19)
    return number if number and number <= LARGEST_ID else None


def _member(request):
    return request.user if request.user.is_authenticated else None


def _listed(article: Article, before: CommentCursor | None = None, order: Order = Order.NEWEST) -> dict:
    """What everybody sees of an article's comments. Six queries at most."""
    policy = policy_of(article)
    found = page_of(article.pk, before, order)
    picks = Comment.objects.picks(article.pk, PICKS) if before is None else []
    look_up_commenters([*found.comments, *picks])
    return {
        "article": article,
        "page": found,
        "order": order,
        "orders": Order,
        "picks": picks,
        "count": counts_of([article.pk]).get(article.pk, 0),
        "closed": policy == CommentPolicy.CLOSED,
        "before_shown": policy == CommentPolicy.REVIEW,
        "liked": set(),
    }


def _form_of(request, article: Article, form: CommentForm | None = None) -> dict:
    """What stands in the form, which is the reader's own."""
    member = _member(request)
    form = form or CommentForm(member=member)
    return {"article": article, "form": form, "member": member, "work_bits": BITS}


def _page(request, article: Article):
    """The page of all comments, with the form where comments are open."""
    order = Order(request.GET["order"]) if request.GET.get("order") in Order.values else Order.NEWEST
    context = _listed(article, CommentCursor.parse(request.GET.get("before", "")), order)
    shown = [*context["page"].ids, *(c.pk for c in context["picks"])]
    context["liked"] = liked_by(reader_of(request), shown)
    if not context["closed"]:
        context |= _form_of(request, article)
        _answer_in(context, number_in(request, "reply_to"))
    return render(request, "comments/page.html", context)


def _again(request, article: Article, form: CommentForm, status: int):
    """The form once more with what to do about it, and nothing else: whoever sends a great deal must cost little."""
    policy = policy_of(article)
    context: dict = {"article": article, "before_shown": policy == CommentPolicy.REVIEW}
    if policy != CommentPolicy.CLOSED:
        context |= _form_of(request, article, form)
    return render(request, "comments/again.html", context, status=status)


def _answer_in(context: dict, number: int | None) -> None:
    """Let the form answer the comment `number` where readers see it."""
    answered = number and Comment.objects.visible().filter(pk=number, article=context["article"]).first()
    if answered:
        look_up_commenters([answered])
        context["answered"] = answered
        context["form"].initial["reply_to"] = answered.pk


@page
@require_safe
def fragment(request, article_id: int):
    """The comments as a piece of the article's page, the same for everybody: a stored page of its own."""
    try:
        article = _article(article_id)
    except Http404:
        return HttpResponseNotFound("<p class='empty-line'>这篇稿件暂无评论。</p>")
    uses(article.content_key, COMMENTS.key(article.pk))
    return render(request, "comments/fragment.html", _listed(article))


@require_safe
@never_cache
def form(request, article_id: int):
    """The form alone, for the script that puts it into the article's page when a reader wants to write."""
    article = _article(article_id)
    if policy_of(article) == CommentPolicy.CLOSED:
        return HttpResponseNotFound("<p>本文的评论已经关闭。</p>")
    context = _form_of(request, article) | {"before_shown": policy_of(article) == CommentPolicy.REVIEW}
    _answer_in(context, number_in(request, "reply_to"))
    return render(request, "comments/form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def comments(request, article_id: int):
    """All comments of an article with the form; where the form is sent to."""
    if request.method == "POST":
        return _receive(request, article_id)
    article = _article(article_id)
    if thread_id := number_in(request, "thread"):
        thread = thread_of(article.pk, thread_id, number_in(request, "after") or 0)
        if thread is None:
            raise Http404
        look_up_commenters([thread.comment, *thread.replies])
        closed = policy_of(article) == CommentPolicy.CLOSED
        liked = liked_by(reader_of(request), [thread.comment.pk, *(r.pk for r in thread.replies)])
        context = {"article": article, "thread": thread, "closed": closed, "liked": liked}
        return render(request, "comments/thread.html", context)
    return _page(request, article)


@cache
def _receipts() -> str:
    """Where the receipts stand. Looked up once: hundreds are sent there in a second."""
    return reverse("comment-receipt", kwargs={"key": "key"}).removesuffix("key/")


def _receive(request, article_id: int):
    """Take a comment, or show its form again with what to do about it."""
    form = CommentForm(request.POST, member=_member(request))
    valid = form.is_valid()
    if form.by_robot:
        # People's browsers fill fields too. Nobody is left to believe that what was dropped was taken.
        form.add_error(None, TRAPPED)
        form.resend(website="")
        return _again(request, _article(article_id), form, 422)
    if not valid or article_id > LARGEST_ID:
        return _again(request, _article(article_id), form, 422)
    sender = sender_of(request, form.member, form.worked)
    outcome = take_comment(form.sent(article_id, sender, pseudonym_of(request)))
    if outcome.fate == Fate.TAKEN:
        return HttpResponseRedirect(f"{_receipts()}{form.token}/")
    for name, words in outcome.errors.items():
        form.add_error(name, words)
    if outcome.fate == Fate.ASKED:
        form.ask()
    elif outcome.fate == Fate.REFUSED:
        form.add_error(None, REFUSED)
    return _again(request, _article(article_id), form, STATUSES[outcome.fate])
