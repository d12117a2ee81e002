"""Documents in a body, read together with what is known of where they come from: videos and sounds may have a label."""

import copy
from typing import Any

from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.documents.models import Document

from meiri.media.recording_origins import origin_of


class KnownDocumentBlock(DocumentChooserBlock):
    # The class that migrations name.
    migrated_as = "wagtail.documents.blocks.DocumentChooserBlock"

    def bulk_to_python(self, values):
        found = Document.objects.select_related("origin").in_bulk([key for key in values if key is not None])
        return [copy.copy(found.get(key)) for key in values]

    def deconstruct(self):
        _path, arguments, options = super().deconstruct()
        return self.migrated_as, arguments, options


def label_in_words(document: Any) -> str:
    """What other programs say beside a video or a sound with a label of artificial intelligence; "" of any other document."""
    origin = origin_of(document)
    return f"（{origin.label.words}）" if origin and origin.label else ""
