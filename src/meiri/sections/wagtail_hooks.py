"""Channels, stations, topics and the navigation in the admin."""

from django.shortcuts import redirect
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.panels import FieldPanel, ObjectList, extract_panel_definitions_from_model_class
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSetGroup

from meiri.journal.snippets import RowViewSet
from meiri.policy import visible
from meiri.sections.design_choice import DesignChoice
from meiri.sections.in_use import CountedEditView, DeleteUnusedView, in_words, is_kept_while_used, uses_of
from meiri.sections.models import Channel, NavigationItem, Station, Subsection, Topic
from meiri.sections.subsection_form import SubsectionForm

SHOWN = BooleanColumn("visible", label="显示", sort_key="visible")


class SectionViewSet(RowViewSet):
    edit_view_class = CountedEditView
    delete_view_class = DeleteUnusedView
    list_display = ["name", "slug", "order", SHOWN]
    list_filter = ["visible"]
    ordering = ["order", "id"]
    sort_order_field = "order"
    search_fields = ["name", "slug"]
    list_per_page = 50

    def get_edit_handler(self):
        """All fields of the model as ever, the design as a choice of drawings."""
        panels = extract_panel_definitions_from_model_class(self.model)
        drawn = [
            FieldPanel("design", widget=DesignChoice) if panel.field_name == "design" else panel
            for panel in panels
        ]
        return ObjectList(drawn).bind_to_model(self.model)


class ChannelViewSet(SectionViewSet):
    model = Channel
    icon = "list-ul"


class StationViewSet(SectionViewSet):
    model = Station
    icon = "site"
    list_display = ["name", "slug", "region", "order", SHOWN]
    list_filter = ["region", "visible"]


class SubsectionViewSet(SectionViewSet):
    model = Subsection
    icon = "list-ul"
    list_display = ["name", Column("parent", label="所属"), "slug", "order", SHOWN]
    list_filter = ["channel", "station", "visible"]

    def get_queryset(self, request):
        return visible(request.user, Subsection.objects.select_related("channel", "station"))

    def get_form_class(self, for_update=False):
        return self.get_edit_handler().get_form_class()

    def get_edit_handler(self):
        """Where it belongs comes first."""
        handler = super().get_edit_handler()
        first = ("channel", "station")
        panels = sorted(handler.children, key=lambda panel: panel.field_name not in first)
        return ObjectList(panels, base_form_class=SubsectionForm).bind_to_model(self.model)


class TopicViewSet(SectionViewSet):
    model = Topic
    icon = "folder-open-inverse"


class NavigationViewSet(RowViewSet):
    model = NavigationItem
    icon = "bars"
    list_display = [Column("text", label="文字"), "row", "order", SHOWN]
    list_filter = ["row", "visible"]
    ordering = ["row", "order", "id"]
    list_per_page = 100

    def get_queryset(self, request):
        return NavigationItem.objects.select_related("channel")


class SectionsGroup(SnippetViewSetGroup):
    items = (ChannelViewSet, StationViewSet, SubsectionViewSet, TopicViewSet, NavigationViewSet)
    menu_label = "频道与导航"
    menu_icon = "list-ul"
    menu_order = 200


register_snippet(SectionsGroup)


@hooks.register("before_bulk_action")
def keep_what_is_used(request, action_type, objects, action):
    """Of many that are to be deleted at once, none goes while one of them is in use."""
    if action_type != "delete" or not is_kept_while_used(action.model):
        return None
    used = {found: uses for found in objects if (uses := uses_of(found))}
    if not used:
        return None
    listed = "；".join(f"“{found}”（{in_words(uses)}）" for found, uses in used.items())
    messages.error(request, f"还在使用，不能删除：{listed}。没有删除任何条目。")
    return redirect(action.model.snippet_viewset.get_url_name("list"))
