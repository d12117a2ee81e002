from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from meiri.journal.recording import RecordedSnippetViewSet
from meiri.staff.models import PressCard


class PressCardViewSet(RecordedSnippetViewSet, SnippetViewSet):
    model = PressCard
    icon = "user"
    menu_label = "人员证件"
    menu_order = 340
    add_to_admin_menu = True
    copy_view_enabled = False
    list_display = ["number", "name", "unit", "station", "role", "valid_until", "state"]
    list_filter = ["state", "station"]
    search_fields = ["number", "name", "unit"]
    search_backend_name = None
    panels = [
        FieldRowPanel([FieldPanel("number"), FieldPanel("name")]),
        FieldRowPanel([FieldPanel("unit"), FieldPanel("role")]),
        FieldRowPanel([FieldPanel("station"), FieldPanel("valid_until")]),
        FieldPanel("state"),
        FieldPanel("photograph"),
    ]

    def get_queryset(self, request):
        return PressCard.objects.select_related("station")


register_snippet(PressCardViewSet)
