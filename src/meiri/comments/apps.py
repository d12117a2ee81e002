from django.apps import AppConfig


class CommentsConfig(AppConfig):
    name = "meiri.comments"
    label = "comments"
    verbose_name = "评论"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from meiri.comments import permissions, personal_data, waiting  # noqa: F401 registers what the app holds of members

        permissions.register_rules()
        waiting.register()
