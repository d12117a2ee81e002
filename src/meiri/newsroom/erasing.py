"""Erases an article by order: of a court, of an authority, of somebody whose data it is. Its text is then nowhere in the database.

What stays is named in docs/trust.md: the journal's entries with title and digest, the receipt of the withdrawal, the leaves of the public log
without what they stood for.
"""

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from wagtail.models import ModelLogEntry, Revision

from meiri.asked_words import asked_words
from meiri.changes.models import LONGEST_REASON
from meiri.journal.log import actor, append
from meiri.newsroom.corrections import Correction
from meiri.newsroom.events import ArticleErased
from meiri.newsroom.models import Article, ArticleTag, Byline
from meiri.newsroom.open_forms import OpenForm
from meiri.newsroom.publishing import withdraw
from meiri.trust.forgetting import forget_leaves

LONGEST_ORDER = 200
# What stands where there was text, and the fields that are emptied.
GONE = "（已依法删除）"
EMPTIED = (
    *("kicker", "subtitle", "short_title", "summary", "body", "original_title", "original_url", "dateline"),
    *("change_reason", "change_kind", "aigc_label", "ai_blocks"),
)


@transaction.atomic
def erase(article: Article, order: str, reason: str, by=None) -> int:
    """Withdraw the article where it is published, delete all its versions, and empty it: its address goes on saying why it is gone.

    `order`: what orders it, as it is cited.
    How many leaves of the public log nobody can open any more. Raises `ValidationError` without an order and a reason.
    """
    order = asked_words(order, LONGEST_ORDER, "请写明依据的文书。", "依据")
    reason = asked_words(reason, LONGEST_REASON, "请写明删除原因。", "删除原因")
    stored = Article.objects.select_for_update().get(pk=article.pk)
    if stored.live:
        withdraw(stored, reason, by)
    number, key = stored.pk, stored.content_key
    kind = ContentType.objects.get_for_model(Article)
    for rows in (OpenForm.objects, ModelLogEntry.objects):
        rows.filter(content_type=kind, object_id=str(number)).delete()
    Revision.objects.for_instance(stored).delete()
    Correction.objects.filter(article=number).update(wrong=GONE, right=GONE, note="")
    ArticleTag.objects.filter(content_object=number).delete()
    Byline.objects.filter(article=number).delete()
    emptied = {name: Article._meta.get_field(name).get_default() for name in EMPTIED}
    Article.objects.filter(pk=number).update(**emptied, title=GONE, picture=None, withdrawal_reason=reason)
    append(ArticleErased(keys=[key], order=order, reason=reason), actor(by))
    return forget_leaves(key)
