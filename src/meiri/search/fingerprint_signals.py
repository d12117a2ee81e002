"""When fingerprints are made: Wagtail saves a revision of an article, or an article goes.

Wagtail has no other place that every way to save an article comes past: the form, its saving by itself, the workflow, the
importer, publishing. The newsroom knows nothing of fingerprints.
"""

from wagtail.models import Revision

from meiri.newsroom.models import Article
from meiri.search.article_texts import of_revision
from meiri.search.fingerprints import delete_fingerprint, store_fingerprint


def when_a_revision_is_saved(sender, instance: Revision, raw: bool = False, **kwargs) -> None:
    """Keep the fingerprint of what was saved, in the transaction of the saving."""
    if not raw and instance.content_type.model_class() is Article:
        store_fingerprint(int(instance.object_id), of_revision(instance.content))


def before_an_article_is_deleted(sender, instance: Article, **kwargs) -> None:
    delete_fingerprint(instance.pk)
