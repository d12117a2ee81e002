"""What concerns the whole site in the admin: friend links, records, the words of the traditional-script edition."""

from django.shortcuts import redirect
from django.urls import path
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.admin.ui.tables import Column
from wagtail.admin.viewsets.pages import PageViewSet
from wagtail.contrib.settings.registry import SettingMenuItem
from wagtail.models import Page
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSetGroup

from meiri.delivery.models import ProtectedTerm
from meiri.fronts.addresses import taken_by_others
from meiri.fronts.editing import FrontEditView, tell_front_presence
from meiri.fronts.home_desk import HomeActionItem, HomeSlotsView, listing_buttons
from meiri.fronts.models import FriendLink, SiteSettings
from meiri.journal.snippets import RowViewSet
from meiri.newsroom.models import Article
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


class SiteGroup(SnippetViewSetGroup):
    items = (FriendLinkViewSet,)
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


admit(
    {
        "front_presence": one("wagtailcore.Page", "page_id", "change"),
        "home_slots": somewhere("wagtailcore.Page", "publish"),
    }
)


@hooks.register("register_admin_urls")
def addresses():
    return [
        path("pages/<int:page_id>/presence/", tell_front_presence, name="front_presence"),
        path("articles/<int:article_id>/home/", HomeSlotsView.as_view(), name="home_slots"),
    ]


hooks.register("register_snippet_listing_buttons", listing_buttons)


@hooks.register("register_snippet_action_menu_item")
def home_action(model):
    return HomeActionItem() if model is Article else None


class FrontViewSet(PageViewSet):
    model = Page
    edit_view_class = FrontEditView


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
