from django.apps import AppConfig
from django.db.models.signals import post_save, pre_delete


class SearchConfig(AppConfig):
    name = "meiri.search"
    label = "search"
    verbose_name = "检索"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from wagtail.models import Revision

        from meiri.newsroom.models import Article
        from meiri.newsroom.publication_checks import register_check
        from meiri.newsroom.taking import when_taken
        from meiri.search import (  # noqa: F401 some register themselves
            author_search,
            permissions,
            related_updates,
        )
        from meiri.search.fingerprint_signals import before_an_article_is_deleted, when_a_revision_is_saved
        from meiri.search.lineage import record_taken
        from meiri.search.publication_check import DuplicateCheck

        permissions.start()
        register_check(DuplicateCheck())
        when_taken.append(record_taken)
        post_save.connect(when_a_revision_is_saved, sender=Revision)
        pre_delete.connect(before_an_article_is_deleted, sender=Article)
