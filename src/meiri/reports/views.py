"""The readers' pages of reports: the forms, and the receipt that tells what became of one."""

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from meiri.asked_numbers import LARGEST_ID
from meiri.newsroom.models import Article
from meiri.reports.models import LONGEST_QUOTE, Report
from meiri.reports.writing import MOST, PERIOD, BarrierForm, ErrorForm, reports_too_often, submit_report
from meiri.visitors.receipt_keys import digest_of_key, kept_to_oneself


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def error(request, article_id: int):
    """纠错: the form for one article. `?quote=` fills in what a reader had selected."""
    if article_id > LARGEST_ID:
        raise Http404
    article = get_object_or_404(
        Article.objects.live().select_related("channel", "editor__user"), pk=article_id
    )
    quote = " ".join(request.GET.get("quote", "").split())[:LONGEST_QUOTE]
    return _take(request, ErrorForm, {"quote": quote}, article)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def barrier(request):
    """无障碍反馈: the form for a page that somebody can't use."""
    return _take(request, BarrierForm, {"address": request.GET.get("address", "")[:300]})


def _take(request, form_class, initial: dict, article: Article | None = None):
    context = {"article": article}
    if request.method != "POST":
        return render(request, "reports/write.html", context | {"form": form_class(initial=initial)})
    form = form_class(request.POST)
    context["form"] = form
    if form.by_robot:
        # A robot is told what it wants to hear.
        return render(request, "reports/thanks.html", context)
    if not form.is_valid():
        return render(request, "reports/write.html", context, status=422)
    if reports_too_often(request):
        minutes = int(PERIOD.total_seconds()) // 60
        form.add_error(None, f"{minutes} 分钟内最多提交 {MOST} 次，请稍后再试。")
        return render(request, "reports/write.html", context, status=429)
    return kept_to_oneself(redirect("report-receipt", submit_report(form, article)))


@require_safe
def receipt(request, key: str):
    """What became of a report, for whoever has its key."""
    reports = Report.objects.select_related("article__channel", "correction")
    report = get_object_or_404(reports, key_digest=digest_of_key(key))
    return kept_to_oneself(render(request, "reports/receipt.html", {"report": report}))
