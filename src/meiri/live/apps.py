from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "meiri.live"
    label = "live"
    verbose_name = "直播"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from meiri.live import permissions, personal_data, waiting  # noqa: F401

        permissions.register_rules()
