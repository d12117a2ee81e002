from django.apps import AppConfig


class SampleConfig(AppConfig):
    name = "meiri.sample"
    label = "sample"
    verbose_name = "示例编辑部"
    default_auto_field = "django.db.models.BigAutoField"
