from django.apps import AppConfig


class IngestConfig(AppConfig):
    name = "meiri.ingest"
    label = "ingest"
    verbose_name = "导入"
    default_auto_field = "django.db.models.BigAutoField"
