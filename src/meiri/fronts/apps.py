from django.apps import AppConfig


class FrontsConfig(AppConfig):
    name = "meiri.fronts"
    label = "fronts"
    verbose_name = "版面"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from meiri.fronts import (  # noqa: F401 some register themselves
            fronts_check,
            permissions,
            redirects,
            topic_search,
            waiting,
        )

        permissions.start()
        waiting.register()
        redirects.connect()
