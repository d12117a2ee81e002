"""What readers read, on the first screen of the newsroom; what editors say of the hot list."""

from wagtail import hooks
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.tables import Column
from wagtail.snippets.models import register_snippet

from meiri.audience.hot import hot_list, in_words
from meiri.audience.models import HotRule, SearchRule
from meiri.audience.view_counts import views_of
from meiri.journal.snippets import RowViewSet


class ReadersPanel(Component):
    """The hot list with the views of each of its articles, and why an editor put one there."""

    name = "readers"
    template_name = "audience/admin/readers.html"
    order = 20

    def get_context_data(self, parent_context):
        entries = hot_list()
        views = views_of([entry.article.pk for entry in entries])
        pinned = [entry.article.pk for entry in entries if entry.pinned]
        reasons = dict(HotRule.objects.filter(article__in=pinned).values_list("article", "reason"))
        return {
            "lines": [
                (entry, in_words(views.get(entry.article.pk, 0)).strip(), reasons.get(entry.article.pk, ""))
                for entry in entries
            ]
        }


@hooks.register("construct_homepage_panels")
def what_readers_read(request, panels):
    panels.append(ReadersPanel())


class HotRuleViewSet(RowViewSet):
    model = HotRule
    icon = "thumbtack"
    menu_label = "热点安排"
    menu_order = 160
    add_to_admin_menu = True
    copy_view_enabled = False
    list_display = [Column("article", label="稿件"), "deed", "place", "until", "reason"]
    list_filter = ["deed"]
    ordering = ["-id"]
    list_per_page = 40
    panels = [
        FieldPanel("article"),
        FieldRowPanel([FieldPanel("deed"), FieldPanel("place")]),
        FieldPanel("until"),
        FieldPanel("reason"),
    ]

    def get_queryset(self, request):
        return HotRule.objects.select_related("article")


register_snippet(HotRuleViewSet)


class SearchRuleViewSet(RowViewSet):
    model = SearchRule
    icon = "search"
    menu_label = "热搜词安排"
    menu_order = 161
    add_to_admin_menu = True
    copy_view_enabled = False
    list_display = ["words", "deed", "place", "until", "reason"]
    list_filter = ["deed"]
    search_fields = ["words"]
    ordering = ["-id"]
    list_per_page = 40
    panels = [
        FieldPanel("words"),
        FieldRowPanel([FieldPanel("deed"), FieldPanel("place")]),
        FieldPanel("until"),
        FieldPanel("reason"),
    ]


register_snippet(SearchRuleViewSet)
