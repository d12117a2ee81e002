from django.apps import AppConfig


class LettersConfig(AppConfig):
    name = "meiri.letters"
    label = "letters"
    verbose_name = "群众来信"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from meiri.letters import (  # noqa: F401 some register themselves
            account_part,
            letter_search,
            permissions,
            printed_check,
            published_letters,
            waiting,
        )

        permissions.register_rules()
        waiting.register()
