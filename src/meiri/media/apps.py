from django.apps import AppConfig


class MediaConfig(AppConfig):
    name = "meiri.media"
    label = "media"
    verbose_name = "媒体资料"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from meiri.media import removing  # noqa: F401 its receivers register themselves
