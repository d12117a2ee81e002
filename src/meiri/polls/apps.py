from django.apps import AppConfig


class PollsConfig(AppConfig):
    name = "meiri.polls"
    label = "polls"
    verbose_name = "投票"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from meiri.polls import (  # noqa: F401 some register themselves
            change_check,
            permissions,
            personal_data,
            published_polls,
        )

        change_check.register()
        permissions.register_rules()
