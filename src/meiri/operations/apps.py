from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "meiri.operations"
    label = "operations"
    verbose_name = "运行"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from meiri.operations import clock_jobs  # noqa: F401 its check registers itself
