from django.apps import AppConfig


class SectionsConfig(AppConfig):
    name = "meiri.sections"
    label = "sections"
    verbose_name = "频道与地方站"
    default_auto_field = "django.db.models.BigAutoField"
