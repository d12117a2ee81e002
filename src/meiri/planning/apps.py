from django.apps import AppConfig


class PlanningConfig(AppConfig):
    name = "meiri.planning"
    label = "planning"
    verbose_name = "选题与值班"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from meiri.planning import (  # noqa: F401 register themselves
            duty,
            embargoes,
            following,
            permissions,
            personal_data,
            waiting,
        )

        permissions.register_rules()
