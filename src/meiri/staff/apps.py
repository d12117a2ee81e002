from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "meiri.staff"
    label = "staff"
    verbose_name = "人员"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from meiri.staff import permissions

        permissions.start()
