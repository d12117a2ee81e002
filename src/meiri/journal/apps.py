from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "meiri.journal"
    label = "journal"
    verbose_name = "日志"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from django.apps import apps
        from django.conf import settings
        from django.utils.module_loading import autodiscover_modules

        if not apps.is_installed("wagtail"):
            return  # building a search index, which changes nothing, has this app alone

        from meiri.journal import checks, heads, net, permissions, recording  # noqa: F401 the checks register themselves

        autodiscover_modules("events")
        recording.watch()
        if settings.JOURNAL_NET:
            net.stretch()
        permissions.register_rules()
