"""Documents that readers are offered. Their model and its views are Wagtail's."""

from wagtail.documents.models import Document
from wagtail.models import CollectionViewRestriction

from meiri.journal.public_models import Public, declare


def document_key(document: Document) -> str:
    return f"document:{document.pk}"


declare(Document, Public(("title", "file"), keys=lambda document: [document_key(document)], appears=False))
# Who may open the documents of a collection.
declare(
    CollectionViewRestriction,
    Public(("restriction_type", "collection"), relations=("groups",), keys=lambda restriction: []),
)
