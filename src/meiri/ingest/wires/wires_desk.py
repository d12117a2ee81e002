"""通稿 in the admin: how each source stands, what came of its items, and what is done about one."""

import hashlib
import secrets
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count, QuerySet, Sum
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from wagtail.admin import messages
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from meiri.asked_numbers import asked_number
from meiri.changes.published_reach import PublishedReach, pages_showing
from meiri.ingest.wire_models import WireDelivery, WireItem, WireSource
from meiri.ingest.wires.asking_wires import ask_source
from meiri.ingest.wires.following_versions import adopt_version
from meiri.newsroom.models import Article
from meiri.newsroom.publishing import withdraw
from meiri.policy import check, may
from meiri.policy.checked_view import CheckedView

MOST_SOURCES, MOST_SHOWN = 200, 100
HOUR = timedelta(hours=1)
TO_DO = (WireItem.Outcome.WAITING, WireItem.Outcome.STOPPED, WireItem.Outcome.REFUSED)


class WiresView(CheckedView):
    """GET shows all sources and the newest items; POST asks, pauses or resumes one, or gives it a new key."""

    page_title = "通稿"
    header_icon = "download"
    template_name = "ingest/wires.html"
    breadcrumbs_items = [*WagtailAdminTemplateMixin.breadcrumbs_items, {"url": "", "label": "通稿"}]
    deed, thing = "see", WireSource

    def get(self, request):
        return self.answer()

    def post(self, request):
        check(request.user, "change", WireSource)
        source = get_object_or_404(WireSource, pk=asked_number(request.POST.get("source")) or 0)
        match request.POST.get("deed"):
            case "ask" if source.way != WireSource.Way.POST:
                self.ask(source)
            case "pause" | "resume" as deed:
                WireSource.objects.filter(pk=source.pk).update(paused=deed == "pause", due_at=None)
                messages.success(request, f"“{source}”已{'暂停' if deed == 'pause' else '恢复'}收稿。")
            case "key" if source.way == WireSource.Way.POST:
                key = secrets.token_urlsafe(32)
                WireSource.objects.filter(pk=source.pk).update(key_digest=digest_of_key(key))
                # It is shown once: only its digest is kept.
                return self.answer(key=key, keyed=source)
        return redirect("wires_desk")

    def ask(self, source: WireSource) -> None:
        delivery = ask_source(source)
        if delivery is None:
            messages.warning(self.request, f"正在从“{source}”收稿，请稍候再看。")
        elif source.failures:
            messages.error(self.request, f"从“{source}”收稿失败：{delivery.reason}")
        else:
            messages.success(
                self.request,
                f"从“{source}”收到新的和有变化的 {delivery.taken} 条，没有收入 {delivery.refused} 条。",
            )

    def answer(self, key: str = "", keyed: WireSource | None = None):
        sources = list(WireSource.objects.select_related("channel", "station")[:MOST_SOURCES])
        since = timezone.now() - HOUR
        counts = _last_hour(since)
        asked = {key: self.request.GET.get(key, "") for key in ("source", "todo")}
        may_change = may(self.request.user, "change", WireSource)
        return self.render_to_response(
            self.get_context_data(
                rows=[(source, "，".join(counts[source.pk]), edit_of(source)) for source in sources],
                items=[
                    (item, self.article_url(item)) for item in newest_items(asked["source"], asked["todo"])
                ],
                most=MOST_SHOWN,
                may_change=may_change,
                asked=asked,
                failed=_failures(since),
                lists=_lists() if may_change else [],
                post_url=self.request.build_absolute_uri(reverse("wires_post")),
                key=key,
                keyed=keyed,
            )
        )

    def article_url(self, item: WireItem) -> str:
        return (
            reverse("wagtailsnippets_newsroom_article:edit", args=[item.article_id])
            if item.article_id
            else ""
        )


def newest_items(source: str, todo: str) -> QuerySet[WireItem]:
    """The stories that came or changed last; of one source, and only those that somebody has to look at, where it is asked for."""
    found = WireItem.objects.select_related("source", "article", "plan").order_by("-changed_at", "-pk")
    if number := asked_number(source):
        found = found.filter(source=number)
    if todo:
        found = found.filter(outcome__in=TO_DO)
    return found[:MOST_SHOWN]


def _last_hour(since: datetime) -> dict[int, list[str]]:
    """What came of the items of each source since a moment, in words. Two queries."""
    counts: dict[int, list[str]] = defaultdict(list)
    changed = WireItem.objects.filter(changed_at__gte=since).order_by("source", "outcome")
    for source, outcome, count in changed.values_list("source", "outcome").annotate(count=Count("pk")):
        counts[source or 0].append(f"{WireItem.Outcome(outcome).label} {count}")
    deliveries = WireDelivery.objects.filter(at__gte=since).order_by("source")
    for source, refused in deliveries.values_list("source").annotate(refused=Sum("refused")):
        if refused:
            counts[source or 0].append(f"没有收入 {refused}")
    return counts


def _failures(since: datetime) -> list[WireDelivery]:
    failed = WireDelivery.objects.filter(at__gte=since).exclude(reason="").select_related("source")
    return list(failed.order_by("-at")[:20])


def _lists() -> list[tuple[str, str]]:
    named = (("新建来源", "wiresource:add"), ("规则", "wirerule:list"), ("主题与频道", "wiretopic:list"))
    return [(label, reverse(f"wagtailsnippets_ingest_{name}")) for label, name in named]


def edit_of(source: WireSource) -> str:
    return reverse("wagtailsnippets_ingest_wiresource:edit", args=[source.pk])


def digest_of_key(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


class WireItemView(CheckedView):
    """One story: GET shows its versions and what came of it; POST withdraws its article, or adopts its newest version."""

    header_icon = "download"
    template_name = "ingest/wire_item.html"

    def check_permission(self):
        check(self.request.user, "see", WireItem)
        rows = WireItem.objects.select_related("source", "article", "plan")
        self.row = get_object_or_404(rows, pk=self.kwargs["item_id"])
        self.article = self.row.article

    @property
    def page_title(self):
        return self.row.title

    def get_breadcrumbs_items(self):
        return [
            *WagtailAdminTemplateMixin.breadcrumbs_items,
            {"url": reverse("wires_desk"), "label": "通稿"},
            {"url": "", "label": self.row.title},
        ]

    def get(self, request, **kwargs):
        return self.render_to_response(self.get_context_data())

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        user, article = self.request.user, self.article
        shown = article if article is not None and article.live else None
        waiting = article if self.row.outcome == WireItem.Outcome.WAITING else None
        return super().get_context_data(**kwargs) | {
            "row": self.row,
            "article": article,
            "edit_url": AdminURLFinder(user).get_edit_url(article) if article else None,
            "versions": self.row.versions.order_by("-pk"),
            "reach": PublishedReach(pages_showing([shown.content_key])).in_words if shown else "",
            "may_withdraw": shown and self.row.is_stopped and may(user, "withdraw", shown),
            "may_adopt": waiting and not self.row.is_stopped and may(user, "change", waiting),
        }

    def post(self, request, **kwargs):
        try:
            if request.POST.get("deed") == "withdraw":
                return self.withdraw()
            if request.POST.get("deed") == "adopt" and self.article:
                adopt_version(self.row, request.user)
                messages.success(request, "已按新版存成草稿，原来的文字在历史版本里。")
        except ValidationError as error:
            messages.error(request, "；".join(error.messages))
        return redirect("wires_item", self.row.pk)

    @transaction.atomic
    def withdraw(self):
        """Take the article from readers because its wire withdrew the story."""
        if self.article is None or not self.row.is_stopped:
            raise PermissionDenied
        article = Article.objects.select_for_update().get(pk=self.article.pk)
        check(self.request.user, "withdraw", article)
        note = f"：{self.row.reason}" if self.row.reason else ""
        withdraw(article, f"稿件来源“{self.row.source}”撤销了此稿{note}"[:300], self.request.user)
        messages.success(self.request, f"《{article.title}》已撤稿，读者不再能看到。")
        return redirect("changes_of_thing", "article", article.pk)
