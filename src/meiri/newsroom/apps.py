from django.apps import AppConfig


class NewsroomConfig(AppConfig):
    name = "meiri.newsroom"
    label = "newsroom"
    verbose_name = "采编"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from meiri.newsroom import new_permissions, permissions, publishing  # noqa: F401 its receiver registers itself

        permissions.register()
        new_permissions.connect(self)
