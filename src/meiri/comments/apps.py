from django.apps import AppConfig


class CommentsConfig(AppConfig):
    name = "meiri.comments"
    label = "comments"
    verbose_name = "评论"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from meiri.comments import (  # noqa: F401 some register themselves
            account_part,
            official_answers,
            permissions,
            personal_data,
            waiting,
        )

        permissions.register_rules()
        waiting.register()
