from django.apps import AppConfig


class MailConfig(AppConfig):
    name = "meiri.mail"
    label = "mail"
    verbose_name = "邮件"
    default_auto_field = "django.db.models.BigAutoField"
