"""Rows that editors keep in Wagtail's snippet admin."""

from wagtail.snippets.views.snippets import CopyView, SnippetViewSet


class CopyFormView(CopyView):
    """Shows the form of a copy, which goes to the view that adds. Sent here, it would overwrite the original."""

    http_method_names = ["get", "head", "options"]


class RowViewSet(SnippetViewSet):
    copy_view_class = CopyFormView
