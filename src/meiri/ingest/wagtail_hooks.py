from django.templatetags.static import static
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.snippets.models import register_snippet

from meiri.ingest.layout_desk import LayoutView
from meiri.ingest.left_out_desk import LeftOutSidePanel, put_back_view
from meiri.ingest.migration.move_in_desk import MoveInReportView, MoveInsView, MoveInView
from meiri.ingest.originals_desk import keep_original
from meiri.ingest.paste_desk import PasteView
from meiri.ingest.views import import_page
from meiri.ingest.wire_models import WireRule, WireSource, WireTopic
from meiri.ingest.wires.wires_desk import WireItemView, WiresView
from meiri.journal.snippets import RowViewSet
from meiri.newsroom.editing import side_panels
from meiri.newsroom.models import Article
from meiri.policy import may
from meiri.policy.gate import admit, one, somewhere

admit(
    {
        "wires_desk": somewhere("ingest.WireSource", "see"),
        "wires_item": one("ingest.WireItem", "item_id", "see"),
        "ingest_move_ins": somewhere("ingest.MoveIn", "change"),
        "ingest_move_in": one("ingest.MoveIn", "pk", "change"),
        "ingest_move_in_report": one("ingest.MoveIn", "pk", "change"),
        "ingest_import": somewhere("newsroom.Article", "add"),
        "ingest_put_back": one("newsroom.Article", "pk", "change"),
        "ingest_keep_original": one("newsroom.Article", "article_id", "change"),
        "ingest_paste": somewhere("newsroom.Article", "add", "change", "review"),
        "ingest_layout": somewhere("newsroom.Article", "add", "change", "review"),
    }
)
side_panels.append(LeftOutSidePanel)


@hooks.register("register_admin_urls")
def import_addresses():
    return [
        path("wires/", WiresView.as_view(), name="wires_desk"),
        path("wires/<int:item_id>/", WireItemView.as_view(), name="wires_item"),
        path("import/", import_page, name="ingest_import"),
        path("import/<int:pk>/left-out/", put_back_view, name="ingest_put_back"),
        path("import/<int:article_id>/original/", keep_original, name="ingest_keep_original"),
        path("move-in/", MoveInsView.as_view(), name="ingest_move_ins"),
        path("move-in/<int:pk>/", MoveInView.as_view(), name="ingest_move_in"),
        path("move-in/<int:pk>/report.csv", MoveInReportView.as_view(), name="ingest_move_in_report"),
        path("paste/", PasteView.as_view(), name="ingest_paste"),
        path("layout/", LayoutView.as_view(), name="ingest_layout"),
    ]


# Of the form of an article: each with the address that it asks. They leave every other form alone.
SCRIPTS = {"body.js": "", "pasting.js": "ingest_paste", "layout.js": "ingest_layout"}


@hooks.register("insert_editor_js")
def editor_scripts():
    scripts = ((static(f"ingest/{name}"), reverse(view) if view else "") for name, view in SCRIPTS.items())
    return format_html(
        '<link rel="stylesheet" href="{}">{}',
        static("ingest/editor.css"),
        format_html_join("", '<script src="{}" data-address="{}"></script>', scripts),
    )


class ImportMenuItem(MenuItem):
    def is_shown(self, request):
        return may(request.user, "add", Article)


@hooks.register("register_admin_menu_item")
def import_menu_item():
    return ImportMenuItem("导入稿件", reverse("ingest_import"), icon_name="upload", order=110)


class WireSourceViewSet(RowViewSet):
    model = WireSource
    icon = "download"
    add_to_admin_menu = False
    copy_view_enabled = False
    list_display = ["name", "get_way_display", "state"]
    list_per_page = 40


class WireRuleViewSet(RowViewSet):
    model = WireRule
    icon = "list-ol"
    add_to_admin_menu = False
    copy_view_enabled = False
    list_display = ["__str__", "source", "order", "channel", "station"]
    list_filter = ["source"]
    list_per_page = 40


class WireTopicViewSet(RowViewSet):
    model = WireTopic
    icon = "tag"
    add_to_admin_menu = False
    copy_view_enabled = False
    list_display = ["name", "code", "channel"]
    list_filter = ["channel"]
    search_fields = ["name", "code"]
    list_per_page = 40


for viewset in (WireSourceViewSet, WireRuleViewSet, WireTopicViewSet):
    register_snippet(viewset)


class WiresMenuItem(MenuItem):
    def is_shown(self, request):
        return may(request.user, "see", WireSource)


@hooks.register("register_admin_menu_item")
def wires_menu_item():
    return WiresMenuItem("通稿", reverse("wires_desk"), icon_name="download", order=112)


@hooks.register("register_admin_menu_item")
def move_in_menu_item():
    return MenuItem("迁入旧站", reverse("ingest_move_ins"), icon_name="download", order=360)
