from django.apps import AppConfig


class PushConfig(AppConfig):
    name = "meiri.push"
    label = "push"
    verbose_name = "推送"
    default_auto_field = "django.db.models.BigAutoField"
