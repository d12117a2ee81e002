"""Documents that readers are offered, and the entries that tell when one changes.

Wagtail owns their model and its views, and deletes many at once: its signals are the one place that sees every change.
"""

from django.db.models.signals import post_save, pre_delete
from django.dispatch import receiver
from wagtail.documents.models import Document
from wagtail.log_actions import get_active_log_context

from meiri.journal.log import actor, append


def document_key(document: Document) -> str:
    return f"document:{document.pk}"


@receiver(post_save, sender=Document)
def changed(instance: Document, created: bool, raw: bool, **details) -> None:
    if not created and not raw:
        _tell(instance, "changed")


@receiver(pre_delete, sender=Document)
def deleted(instance: Document, **details) -> None:
    _tell(instance, "deleted")


def _tell(document: Document, deed: str) -> None:
    payload = {"id": str(document.pk), "name": document.title[:200]}
    append(f"document.{deed}", [document_key(document)], payload, actor(get_active_log_context().user))
