from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "meiri.live"
    label = "live"
    verbose_name = "直播"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from wagtail.models import ReferenceIndex

        from meiri.live import amending, entries_check, permissions, personal_data, waiting  # noqa: F401
        from meiri.live.models import LiveEntry

        permissions.register_rules()
        # What an entry shows is in use: no picture or document of it is deleted by the way.
        ReferenceIndex.register_model(LiveEntry)
