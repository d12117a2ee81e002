from django.apps import AppConfig


class SyndicationConfig(AppConfig):
    name = "meiri.syndication"
    label = "syndication"
    verbose_name = "分发"
    default_auto_field = "django.db.models.BigAutoField"
