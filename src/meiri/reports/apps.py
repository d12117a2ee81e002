from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "meiri.reports"
    label = "reports"
    verbose_name = "读者纠错"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from meiri.reports import permissions, waiting

        permissions.register_rules()
        waiting.register()
