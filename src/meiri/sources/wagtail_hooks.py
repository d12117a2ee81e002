"""稿源 in the admin: sources, the register of those that may be reprinted, exceptions; 转载核对 beside the form of an article."""

from django.urls import path, reverse
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSetGroup

from meiri.journal.snippets import RowViewSet
from meiri.newsroom.editing import side_panels
from meiri.newsroom.models import Source
from meiri.policy import may
from meiri.policy.gate import admit, one, somewhere
from meiri.sections.in_use import CountedEditView, DeleteUnusedView
from meiri.sources.models import ReprintException, SourceListing
from meiri.sources.original_desk import ExceptionsView, OriginalFileView, OriginalSidePanel, OriginalView
from meiri.sources.register_desk import ExportListView, ImportListView, ListingIndexView
from meiri.sources.source_chooser import SourceChooserViewSet

admit(
    {
        "sources_import": somewhere("sources.SourceListing", "change"),
        "sources_export": somewhere("sources.SourceListing", "see"),
        "sources_original": one("newsroom.Article", "article_id", "see"),
        "sources_original_file": one("newsroom.Article", "article_id", "see"),
        "sources_exceptions": somewhere("sources.ReprintException", "see"),
    }
)


class SourceViewSet(RowViewSet):
    model = Source
    icon = "link"
    list_display = ["name", "url", "licence"]
    edit_view_class = CountedEditView
    delete_view_class = DeleteUnusedView
    chooser_viewset_class = SourceChooserViewSet
    search_fields = ["name"]
    list_per_page = 40


class SourceListingViewSet(RowViewSet):
    model = SourceListing
    icon = "list-ul"
    menu_label = "稿源名录"
    index_view_class = ListingIndexView
    list_display = ["name", "category", "edition", "get_state_display", "since", "until"]
    list_filter = ["state", "category", "edition"]
    search_fields = ["name"]
    list_per_page = 40
    copy_view_enabled = False
    panels = [
        FieldPanel("name"),
        FieldRowPanel([FieldPanel("edition"), FieldPanel("category")]),
        FieldRowPanel([FieldPanel("aliases"), FieldPanel("domains")]),
        FieldPanel("state"),
        FieldRowPanel([FieldPanel("since"), FieldPanel("until")]),
        FieldPanel("note"),
    ]


class SourcesGroup(SnippetViewSetGroup):
    items = (SourceViewSet, SourceListingViewSet)
    menu_label = "稿源"
    menu_icon = "link"
    menu_order = 155


register_snippet(SourcesGroup)
side_panels.append(OriginalSidePanel)


@hooks.register("register_admin_urls")
def addresses():
    return [
        path("sources/list/import/", ImportListView.as_view(), name="sources_import"),
        path("sources/list/export/", ExportListView.as_view(), name="sources_export"),
        path("sources/exceptions/", ExceptionsView.as_view(), name="sources_exceptions"),
        path("sources/of/<int:article_id>/", OriginalView.as_view(), name="sources_original"),
        path(
            "sources/of/<int:article_id>/<int:original_id>/",
            OriginalFileView.as_view(),
            name="sources_original_file",
        ),
    ]


class ExceptionsMenuItem(MenuItem):
    def is_shown(self, request):
        return may(request.user, "see", ReprintException)


@hooks.register("register_admin_menu_item")
def exceptions_menu_item():
    return ExceptionsMenuItem("转载例外", reverse("sources_exceptions"), icon_name="warning", order=345)
