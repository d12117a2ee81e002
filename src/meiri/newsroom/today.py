"""The first screen of the admin: today's work. Every list on it is bounded, whatever waits."""

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.db.models import BigIntegerField, Exists, OuterRef
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone
from wagtail.admin.ui.components import Component
from wagtail.models import WorkflowState

from meiri.delivery.editions import edition_of
from meiri.delivery.kinds import simplified
from meiri.delivery.page_store import page_store
from meiri.journal.consumers import lags
from meiri.mail.warnings import warnings as mail_warnings
from meiri.newsroom.flash_desk import FlashForm
from meiri.newsroom.inbox import InboxItem, inbox_of
from meiri.newsroom.listing import scheduled_versions
from meiri.newsroom.models import Article, Proposal
from meiri.newsroom.proposals import ProposalState
from meiri.newsroom.river import Place, days_with_articles
from meiri.newsroom.waiting import address_of
from meiri.operations.duty_roster import who_is_on_duty
from meiri.policy import administers, may, visible
from meiri.security.tampering import tampering_warnings

SHOWN = 8
# So many parts that pages are shown without are looked through; many pages may lack the same.
MOST_OMISSIONS = 200
# What is this late waits for somebody to look after it: the scheduler looks each second.
LATE = timedelta(minutes=5)
# What other apps warn a user of, in a sentence each.
warnings_of_apps: list[Callable[..., Iterable[str]]] = []


@dataclass(frozen=True)
class WorkList:
    """One list of today's work: its heading, its rows, and what it says where there are none."""

    heading: str
    nothing: str
    rows: list[InboxItem] = field(default_factory=list)
    address: str = ""  # of the whole list


class TodayPanel(Component):
    name = "today"
    template_name = "newsroom/today.html"
    order = 10

    def get_context_data(self, parent_context):
        user = parent_context["request"].user
        today, waiting = timezone.localdate(), inbox_of(user)
        writes = may(user, "see", Article)
        return {
            "published_today": days_with_articles(Place.site(), today, today).get(today, 0),
            "may_write": (may_write := may(user, "add", Article)),
            "flash": FlashForm(user) if may_write else None,
            "csrf_token": parent_context.get("csrf_token"),
            "sees_articles": writes,
            "warnings": warnings(user),
            "waiting": [(kind, kind.first(SHOWN) if kind.count else []) for kind in waiting],
            "nothing_waits": [kind for kind in waiting if not kind.count],
            # Whoever moderates comments or answers letters has no articles to look after.
            "lists": lists_of(user) if writes else [],
        }


def lists_of(user) -> list[WorkList]:
    """What `user` has under way."""
    offers = [offered_by(user)] if may(user, "see", Proposal) else []
    return [drafts_of(user), sent_by(user), *offers, scheduled(user)]


def sent_by(user) -> WorkList:
    """What `user` sent for review and where it stands; what came back waits in the inbox."""
    states = WorkflowState.objects.filter(requested_by=user, status=WorkflowState.STATUS_IN_PROGRESS)
    states = states.select_related("current_task_state__task").prefetch_related("content_object")
    rows = []
    for state in states.order_by("-created_at")[:SHOWN]:
        task = state.current_task_state.task.name if state.current_task_state else ""
        if thing := state.content_object:
            rows.append(InboxItem(str(thing), address_of(thing), task))
    return WorkList("我送审的", "没有送审中的稿件", rows)


def offered_by(user) -> WorkList:
    """What `user` offered to other places and what became of it, the newest first."""
    mine = Proposal.objects.filter(asked_by=user).exclude(state=ProposalState.WITHDRAWN)
    mine = mine.select_related("article", "channel", "station").order_by("-pk")[:SHOWN]
    rows = [
        InboxItem(
            str(p.article),
            address_of(p.article),
            f"{p.place}{p.get_state_display()}" + (f"：{p.reason}" if p.reason else ""),
        )
        for p in mine
    ]
    return WorkList("我送出的稿", "没有送出的稿件", rows, reverse("proposals_inbox") + "?list=mine")


def scheduled(user) -> WorkList:
    """What goes live next, of what `user` may see."""
    seen = visible(user, Article.objects.all()).filter(pk=Cast(OuterRef("object_id"), BigIntegerField()))
    revisions = due_revisions().filter(Exists(seen)).prefetch_related("content_object")[:SHOWN]
    rows = [
        InboxItem(str(thing), address_of(thing), when(revision.approved_go_live_at))
        for revision in revisions
        if (thing := revision.content_object)
    ]
    return WorkList("定时发布", "没有定时稿件", rows)


def drafts_of(user) -> WorkList:
    mine = Article.objects.not_live().filter(created_by=user, first_published_at=None, binned_at=None)
    mine = mine.order_by("-updated_at").only("title", "updated_at")
    rows = [
        InboxItem(str(article), address_of(article), when(article.updated_at)) for article in mine[:SHOWN]
    ]
    return WorkList("我的草稿", "没有草稿", rows)


def due_revisions():
    """The versions of articles that are to go live by themselves, the next one first."""
    return scheduled_versions().order_by("approved_go_live_at")


def warnings(user) -> list[str]:
    """What goes wrong and needs somebody: in a sentence each."""
    late = due_revisions().filter(approved_go_live_at__lt=timezone.now() - LATE)[: SHOWN + 1]
    number = len(late.values_list("pk", flat=True))
    told = []
    if number:
        more = f"{SHOWN} 篇以上" if number > SHOWN else f"{number} 篇"
        told.append(f"{more}定时稿件已到时间仍未发布：后台任务可能没有运行，请联系技术人员。")
    told += [*tampering_warnings(), *pages_with_faults()]
    told += [sentence for of_app in warnings_of_apps for sentence in of_app(user)]
    if administers(user):
        told += [
            f"“{lag.name}”处理日志时出错，落后 {lag.behind} 条：{lag.error[:120]}"
            for lag in lags()
            if lag.error
        ]
        told += mail_warnings()
    if told and (people := who_is_on_duty()):
        told.append(f"现在值班：{'、'.join(people)}。")
    return told


def pages_with_faults() -> list[str]:
    """Pages that can't be shown, and parts that pages are shown without: in a sentence each. Costs the database nothing."""
    if not settings.PAGE_FILES:
        return []
    index = page_store().index
    try:
        failures, omissions = index.failures(SHOWN), index.omissions(MOST_OMISSIONS)
    except sqlite3.Error:
        return []  # whoever keeps the pages in step says so
    told = [
        f"{name_of_page(f.address)}无法生成，读者可能看到旧版或“暂时无法显示”：{f.error[:120]}"
        for f in failures
    ]
    # The editions of a page lack the same.
    lacking: dict[tuple[str, str], dict[str, None]] = {}
    for address, omission in omissions:
        lacking.setdefault((omission.part, omission.reason), {})[simplified(address)] = None
    for (part, reason), addresses in list(lacking.items())[:SHOWN]:
        more = f"等 {len(addresses)} 个页面" if len(addresses) > 1 else ""
        told.append(f"{name_of_page(next(iter(addresses)))}{more}的“{part}”没有显示：{reason}")
    return told


def name_of_page(address: str) -> str:
    """A page as editors call it."""
    found = edition_of(address)
    edition = found.name if found else ""
    plain = simplified(address)
    return f"{edition}首页" if plain == "/" else f"{edition}页面 {plain} "


def when(moment) -> str:
    local = timezone.localtime(moment)
    return f"{local.month}月{local.day}日 {local:%H:%M}"
