"""What concerns the whole site in the admin: friend links, records, the words of the traditional-script edition."""

from django.db.models import Sum
from django.db.models.functions import Coalesce
from django.forms import CheckboxSelectMultiple
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.html import format_html
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.panels import FieldPanel, FieldRowPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.viewsets.pages import PageViewSet
from wagtail.admin.widgets import Button
from wagtail.contrib.settings.registry import SettingMenuItem
from wagtail.models import Page
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSetGroup

from meiri.delivery.models import ProtectedTerm
from meiri.fronts.addresses import taken_by_others
from meiri.fronts.advertisements import Advertisement
from meiri.fronts.editing import FrontEditView, tell_front_presence
from meiri.fronts.home_desk import HomeActionItem, HomeSlotsView, listing_buttons
from meiri.fronts.models import FriendLink, Greying, NoticeBar, SiteSettings, StationFront
from meiri.fronts.notice_views import EndView, set_breaking_of_coverage, timed_or_404
from meiri.fronts.station_forms import NoticeBarForm, OfOwnStations
from meiri.fronts.withdrawal_views import FrontRestoreView, FrontWithdrawView
from meiri.journal.snippets import RowViewSet
from meiri.newsroom.models import Article
from meiri.policy import may, visible
from meiri.policy.gate import admit, one, somewhere


class FriendLinkViewSet(RowViewSet):
    model = FriendLink
    icon = "link"
    list_display = [
        "name",
        "url",
        "group",
        "state",
        "order",
        Column("clicks", label="点击", sort_key="clicks"),
        Column("health", label="检查", sort_key="failures"),
    ]
    list_filter = ["state", "group"]
    ordering = ["order", "id"]
    sort_order_field = "order"
    search_fields = ["name", "url"]
    list_per_page = 50
    panels = [
        FieldRowPanel([FieldPanel("name"), FieldPanel("url")]),
        FieldRowPanel([FieldPanel("group"), FieldPanel("order")]),
        FieldPanel("state"),
        FieldPanel("reason"),
        FieldPanel("logo", read_only=True),
        FieldPanel("contact"),
    ]


class TimedViewSet(RowViewSet):
    """What stands above all pages for a while: the newest first, with how to end it."""

    copy_view_enabled = False
    ordering = ["-since", "-id"]
    list_per_page = 40


def end_link(thing) -> str:
    """The state of a bar or a greying and, while it is not over, the way to its end."""
    if thing.is_over:
        return thing.state
    address = reverse("notice_end", args=[thing._meta.model_name, thing.pk])
    return format_html('{} <a href="{}">结束</a>', thing.state, address)


class NoticeBarViewSet(TimedViewSet):
    model = NoticeBar
    icon = "warning"
    list_display = [
        Column("text", label="文字"),
        "kind",
        Column("station", label="地方站"),
        Column("state", label="状态", accessor=end_link),
        "since",
        "until",
    ]
    list_filter = ["kind", "station"]
    search_fields = ["text"]
    edit_handler = ObjectList(
        [
            FieldRowPanel([FieldPanel("kind"), FieldPanel("text")]),
            FieldRowPanel([FieldPanel("since"), FieldPanel("until")]),
            FieldPanel("station"),
            FieldPanel("article"),
            FieldPanel("coverage"),
            FieldPanel("address"),
        ],
        base_form_class=NoticeBarForm,
    )

    def get_queryset(self, request):
        return visible(request.user, NoticeBar.objects.select_related("station"))


class StationFrontViewSet(RowViewSet):
    """One of each station, kept by its desk."""

    model = StationFront
    icon = "site"
    copy_view_enabled = False
    list_display = ["station", Column("lead", label="头条"), "submission_email"]
    list_per_page = 50
    edit_handler = ObjectList(
        [
            FieldPanel("station"),
            FieldPanel("lead"),
            FieldRowPanel([FieldPanel("submission_email"), FieldPanel("submission_note")]),
            FieldPanel("services"),
        ],
        base_form_class=OfOwnStations,
    )

    def get_queryset(self, request):
        return visible(request.user, StationFront.objects.select_related("station", "lead"))


class GreyingViewSet(TimedViewSet):
    model = Greying
    icon = "view"
    list_display = [
        Column("__str__", label="变灰"),
        Column("state", label="状态", accessor=end_link),
        "since",
        "until",
    ]
    list_filter = ["reach"]
    panels = [
        FieldRowPanel([FieldPanel("reach"), FieldPanel("channel")]),
        FieldRowPanel([FieldPanel("since"), FieldPanel("until")]),
        FieldPanel("reason"),
    ]


class AdvertisementViewSet(TimedViewSet):
    model = Advertisement
    icon = "view"
    list_display = [
        Column("name", label="名称"),
        "kind",
        "slot",
        Column("state", label="状态", accessor=end_link),
        "since",
        "until",
        "weight",
        Column("shown", label="展示"),
        Column("clicked", label="点击"),
    ]
    list_filter = ["slot", "kind"]
    list_export = ["name", "kind", "slot", "since", "until", "weight", "shown", "clicked"]
    search_fields = ["name", "text"]
    panels = [
        FieldRowPanel([FieldPanel("name"), FieldPanel("kind")]),
        FieldRowPanel([FieldPanel("slot"), FieldPanel("weight")]),
        FieldPanel("channels", widget=CheckboxSelectMultiple),
        FieldPanel("picture"),
        FieldPanel("text"),
        FieldPanel("address"),
        FieldRowPanel([FieldPanel("since"), FieldPanel("until")]),
    ]

    def get_queryset(self, request):
        sums = {f"{name}_sum": Coalesce(Sum(f"days__{name}"), 0) for name in ("shown", "clicked")}
        return Advertisement.objects.annotate(**sums)


class SiteGroup(SnippetViewSetGroup):
    items = (
        NoticeBarViewSet,
        GreyingViewSet,
        AdvertisementViewSet,
        StationFrontViewSet,
        FriendLinkViewSet,
    )
    menu_label = "站点"
    menu_name = "site"
    menu_icon = "globe"
    menu_order = 210

    def get_submenu_items(self):
        return [
            *super().get_submenu_items(),
            ProtectedTerm.snippet_viewset.get_menu_item(50),
            SettingMenuItem(SiteSettings, icon="cog", order=100),
        ]


register_snippet(SiteGroup)


def may_end(request, kwargs) -> bool:
    return may(request.user, "change", timed_or_404(kwargs["model"], kwargs["number"]))


admit(
    {
        "front_presence": one("wagtailcore.Page", "page_id", "change"),
        "home_slots": somewhere("wagtailcore.Page", "publish"),
        "front_restore": one("wagtailcore.Page", "page_id", "publish"),
        "notice_end": may_end,
        "notice_of_coverage": somewhere("fronts.NoticeBar", "add"),
    }
)


@hooks.register("register_admin_urls")
def addresses():
    return [
        path("pages/<int:page_id>/presence/", tell_front_presence, name="front_presence"),
        path("pages/<int:page_id>/restore/", FrontRestoreView.as_view(), name="front_restore"),
        path("notices/<slug:model>/<int:number>/end/", EndView.as_view(), name="notice_end"),
        path("notices/of-live/<int:coverage_id>/", set_breaking_of_coverage, name="notice_of_coverage"),
        path("articles/<int:article_id>/home/", HomeSlotsView.as_view(), name="home_slots"),
    ]


hooks.register("register_snippet_listing_buttons", listing_buttons)


@hooks.register("register_snippet_action_menu_item")
def home_action(model):
    return HomeActionItem() if model is Article else None


class FrontViewSet(PageViewSet):
    model = Page
    edit_view_class = FrontEditView
    unpublish_view_class = FrontWithdrawView


@hooks.register("register_admin_viewset")
def fronts():
    return FrontViewSet()


@hooks.register("before_move_page")
def refuse_taken_addresses(request, page, destination):
    """Moved to where its address is another's, a page could not be reached."""
    if reason := taken_by_others(page.slug, destination):
        messages.error(request, reason)
        return redirect("wagtailadmin_pages:move", page.pk)
    return None


@hooks.register("construct_settings_menu")
def without_what_stands_elsewhere(request, items):
    """站点信息 is in the group 站点. Wagtail's list of sites would only break the one site there is."""
    items[:] = [
        item for item in items if getattr(item, "model", None) is not SiteSettings and item.name != "sites"
    ]


@hooks.register("before_bulk_action")
def refuse_to_withdraw_without_a_reason(request, action_type, objects, action):
    """Each page is withdrawn for a reason of its own, which readers are told."""
    if action_type != "unpublish" or not issubclass(action.model, Page):
        return None
    messages.error(request, "撤下页面要写明原因，请逐页撤下。")
    return redirect("wagtailadmin_explore_root")


@hooks.register("register_page_header_buttons")
@hooks.register("register_page_listing_more_buttons")
def changes_buttons(page, user, next_url=None, view_name=None):
    """The changes that readers can look up and, of a page that was withdrawn, the way back."""
    page = page.specific_deferred
    if page.first_published_at is None or not getattr(page, "keeps_changes", False):
        return
    if may(user, "see", page):
        address = reverse("changes_of_thing", args=["page", page.pk])
        yield Button("修改记录", address, icon_name="history", priority=66)
    if page.live and may(user, "publish", page):
        address = reverse("correct_places", args=["page", page.pk])
        yield Button("逐处更正", address, icon_name="edit", priority=67)
    if not page.live and may(user, "publish", page):
        yield Button("恢复页面", reverse("front_restore", args=[page.pk]), icon_name="undo", priority=67)
