from django.apps import AppConfig


class DashboardConfig(AppConfig):
    name = "meiri.dashboard"
    label = "dashboard"
    verbose_name = "总编台"

    def ready(self):
        from meiri.dashboard import permissions

        permissions.start()
