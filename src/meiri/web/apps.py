from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "meiri.web"
    label = "web"
    verbose_name = "读者网站"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from meiri.web import checks, events  # noqa: F401 check and kind of entry register themselves
