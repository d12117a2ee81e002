"""Put back into an imported article what was not taken for its text."""

import hashlib
from html import escape

from django.db import transaction

from meiri.ingest.models import Import
from meiri.newsroom.models import Article
from meiri.policy import check


class NotThere(Exception):
    """No such text is left out of the article any more."""


class Locked(Exception):
    """Somebody has locked the article."""


def digest_of_text(text: str) -> str:
    """What names a text that was left out, in a form."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def left_out_of_article(pk: int) -> list[str]:
    found = Import.objects.filter(pk=pk).values_list("left_out", flat=True).first()
    return found or []


@transaction.atomic
def put_back(pk: int, digest: str, by) -> Article:
    """Set the text that `digest` names at the end of the article's newest draft; it is no longer listed as left out.

    What readers see stays until somebody publishes. Raises `PermissionDenied`, `Locked` and `NotThere`.
    """
    imported = Import.objects.select_for_update().select_related("article").filter(pk=pk).first()
    if imported is None:
        raise NotThere
    check(by, "change", imported.article)
    lock = imported.article.get_lock()
    if lock and lock.for_user(by):
        raise Locked
    text = next((text for text in imported.left_out if digest_of_text(text) == digest), None)
    if text is None:
        raise NotThere
    draft = imported.article.get_latest_revision_as_object()
    paragraph = "<br/>".join(escape(line, quote=False) for line in text.split("\n"))
    draft.body.append(("text", f"<p>{paragraph}</p>"))
    draft.save_revision(user=by)
    imported.left_out = [other for other in imported.left_out if other != text]
    imported.save(update_fields=["left_out"])
    return draft
