from django.apps import AppConfig


class FrontsConfig(AppConfig):
    name = "meiri.fronts"
    label = "fronts"
    verbose_name = "版面"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from meiri.fronts import permissions, redirects, topic_search, waiting  # noqa: F401 one registers itself

        permissions.start()
        waiting.register()
        redirects.connect()
