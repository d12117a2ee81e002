"""The words of the traditional-script edition in the admin."""

from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.snippets.models import register_snippet

from meiri.delivery.models import ProtectedTerm
from meiri.journal.snippets import RowViewSet


class ProtectedTermViewSet(RowViewSet):
    model = ProtectedTerm
    icon = "openquote"
    list_display = ["term", "traditional"]
    search_fields = ["term", "traditional"]
    ordering = ["term"]
    list_per_page = 100
    panels = [FieldRowPanel([FieldPanel("term"), FieldPanel("traditional")])]


register_snippet(ProtectedTermViewSet)
