from django.apps import AppConfig


class PersonalConfig(AppConfig):
    name = "meiri.personal"
    label = "personal"
    verbose_name = "个人事项"
    default_auto_field = "django.db.models.BigAutoField"
