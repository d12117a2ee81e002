from django.apps import AppConfig


class SecurityConfig(AppConfig):
    name = "meiri.security"
    label = "security"
    verbose_name = "安全日志"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from meiri.security import personal_data  # noqa: F401 it registers what the app holds
