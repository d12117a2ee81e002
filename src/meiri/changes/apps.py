from django.apps import AppConfig


class ChangesConfig(AppConfig):
    name = "meiri.changes"
    label = "changes"
    verbose_name = "刊后"
    default_auto_field = "django.db.models.BigAutoField"
