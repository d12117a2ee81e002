"""The chooser of documents, with the label of artificial intelligence that a video or a sound has."""

from wagtail.admin.ui.tables import Column
from wagtail.documents.views import chooser

from meiri.media.recording_origins import origin_of


def label_of(document) -> str:
    origin = origin_of(document)
    return origin.label.words if origin and origin.label else ""


class WithLabels(chooser.BaseDocumentChooseView):
    def get_object_list(self):
        return super().get_object_list().select_related("origin")

    @property
    def columns(self):
        return [*super().columns, Column("label", label="AI 标识", accessor=label_of)]


class LabelledDocumentChooseView(WithLabels, chooser.DocumentChooseView):
    pass


class LabelledDocumentResultsView(WithLabels, chooser.DocumentChooseResultsView):
    pass


def show_labels() -> None:
    """Let Wagtail's chooser use these views: it asks its viewset for them when its addresses are made."""
    chooser.viewset.choose_view_class = LabelledDocumentChooseView
    chooser.viewset.choose_results_view_class = LabelledDocumentResultsView
