"""Planning in the admin's menu."""

from django.contrib.auth.models import Permission
from django.urls import path, reverse
from wagtail import hooks
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem
from wagtail.snippets.models import register_snippet

from meiri.journal.snippets import RowViewSet
from meiri.planning.board import BoardView, CalendarView, ItemFormView, ItemView, NewItemView
from meiri.planning.models import CountedArticle, DutyShift, FeeRule, PlanItem, PlanTheme
from meiri.planning.roster_desk import DutyView, SheetView
from meiri.policy import may
from meiri.policy.gate import admit, one, somewhere

admit(
    {
        "planning_board": somewhere("planning.PlanItem", "see"),
        "planning_calendar": somewhere("planning.PlanItem", "see"),
        "planning_new": somewhere("planning.PlanItem", "add"),
        "planning_item": one("planning.PlanItem", "item_id", "see"),
        "planning_edit": one("planning.PlanItem", "item_id", "change"),
        "planning_duty": somewhere("planning.DutyShift", "see"),
        "planning_sheet": somewhere("planning.CountedArticle", "see"),
    }
)


@hooks.register("register_admin_urls")
def planning_addresses():
    return [
        path("planning/", BoardView.as_view(), name="planning_board"),
        path("planning/calendar/", CalendarView.as_view(), name="planning_calendar"),
        path("planning/new/", NewItemView.as_view(), name="planning_new"),
        path("planning/<int:item_id>/", ItemView.as_view(), name="planning_item"),
        path("planning/<int:item_id>/edit/", ItemFormView.as_view(), name="planning_edit"),
        path("planning/duty/", DutyView.as_view(), name="planning_duty"),
        path("planning/sheets/", SheetView.as_view(), name="planning_sheet"),
    ]


class SeenMenuItem(MenuItem):
    """Shown to whoever may see things of `model`."""

    def __init__(self, label, url, model, **options):
        super().__init__(label, url, **options)
        self.model = model

    def is_shown(self, request):
        return may(request.user, "see", self.model)


@hooks.register("register_admin_menu_item")
def planning_menu_item():
    items = [
        SeenMenuItem("选题", reverse("planning_board"), PlanItem, icon_name="list-ul", order=1),
        SeenMenuItem("日历", reverse("planning_calendar"), PlanItem, icon_name="calendar", order=2),
        SeenMenuItem("值班", reverse("planning_duty"), DutyShift, icon_name="calendar-alt", order=3),
        SeenMenuItem("稿件统计", reverse("planning_sheet"), CountedArticle, icon_name="table", order=4),
    ]
    return SubmenuMenuItem("选题与值班", Menu(items=items), icon_name="calendar", order=210, name="planning")


class PlanThemeViewSet(RowViewSet):
    model = PlanTheme
    icon = "repeat"
    add_to_admin_menu = False
    list_display = ["title", "rhythm", "next_on", "active"]
    list_per_page = 40


class FeeRuleViewSet(RowViewSet):
    model = FeeRule
    icon = "table"
    add_to_admin_menu = False
    list_per_page = 40


register_snippet(PlanThemeViewSet)
register_snippet(FeeRuleViewSet)


@hooks.register("register_permissions")
def planning_permissions():
    return Permission.objects.filter(content_type__app_label="planning").exclude(
        content_type__model__in=["plancomment", "countedcredit", "assignment"]
    )
