from django.apps import AppConfig


class VisitorsConfig(AppConfig):
    """Telling visitors apart for a short while without knowing who they are, and taking what they write."""

    name = "meiri.visitors"
    label = "visitors"
    verbose_name = "访客"
    default_auto_field = "django.db.models.BigAutoField"
