from django.apps import AppConfig


class PlanningConfig(AppConfig):
    name = "meiri.planning"
    label = "planning"
    verbose_name = "选题与值班"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from meiri.planning import duty, following, permissions, personal_data, waiting  # noqa: F401

        permissions.register_rules()
