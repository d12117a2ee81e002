"""Channels, stations, topics and the navigation in the admin."""

from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from meiri.journal.recording import RecordedSnippetViewSet
from meiri.sections.in_use import CountedEditView, DeleteUnusedView
from meiri.sections.models import Channel, NavigationItem, Station, Topic

SHOWN = BooleanColumn("visible", label="显示", sort_key="visible")


class SectionViewSet(RecordedSnippetViewSet, SnippetViewSet):
    edit_view_class = CountedEditView
    delete_view_class = DeleteUnusedView
    list_display = ["name", "slug", "order", SHOWN]
    list_filter = ["visible"]
    ordering = ["order", "id"]
    sort_order_field = "order"
    search_fields = ["name", "slug"]
    list_per_page = 50

    def journal_keys(self, section):
        return ["nav", section.content_key]


class ChannelViewSet(SectionViewSet):
    model = Channel
    icon = "list-ul"


class StationViewSet(SectionViewSet):
    model = Station
    icon = "site"
    list_display = ["name", "slug", "region", "order", SHOWN]
    list_filter = ["region", "visible"]


class TopicViewSet(SectionViewSet):
    model = Topic
    icon = "folder-open-inverse"


class NavigationViewSet(RecordedSnippetViewSet, SnippetViewSet):
    model = NavigationItem
    icon = "bars"
    list_display = [Column("text", label="文字"), "row", "order", SHOWN]
    list_filter = ["row", "visible"]
    ordering = ["row", "order", "id"]
    list_per_page = 100

    def get_queryset(self, request):
        return NavigationItem.objects.select_related("channel")

    def journal_keys(self, item):
        return ["nav"]


class SectionsGroup(SnippetViewSetGroup):
    items = (ChannelViewSet, StationViewSet, TopicViewSet, NavigationViewSet)
    menu_label = "频道与导航"
    menu_icon = "list-ul"
    menu_order = 200


register_snippet(SectionsGroup)
