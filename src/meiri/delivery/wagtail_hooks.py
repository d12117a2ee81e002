"""The words of the traditional-script edition in the admin."""

from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from meiri.delivery.middleware import CONTENT_KEY
from meiri.delivery.models import ProtectedTerm
from meiri.journal.recording import RecordedSnippetViewSet


class ProtectedTermViewSet(RecordedSnippetViewSet, SnippetViewSet):
    model = ProtectedTerm
    icon = "openquote"
    list_display = ["term", "traditional"]
    search_fields = ["term", "traditional"]
    ordering = ["term"]
    list_per_page = 100
    panels = [FieldRowPanel([FieldPanel("term"), FieldPanel("traditional")])]

    def journal_keys(self, term):
        return [CONTENT_KEY]


register_snippet(ProtectedTermViewSet)
