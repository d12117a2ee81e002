from django.apps import AppConfig


class SourcesConfig(AppConfig):
    name = "meiri.sources"
    label = "sources"
    verbose_name = "稿源"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from meiri.newsroom import erased_rows, publication_checks
        from meiri.sources import (
            checks,
            evidence_check,  # noqa: F401 its check registers itself
            permissions,
            personal_data,
            source_choices,
            waiting,
        )
        from meiri.sources.originals import erase_originals

        permissions.register_rules()
        waiting.register()
        personal_data.register()
        source_choices.register()
        publication_checks.register_check(checks.SourceGate())
        publication_checks.register_check(checks.ReprintCheck())
        erased_rows.when_words_are_erased.append(erase_originals)
        publication_checks.exceptions.append(checks.lets_pass)
