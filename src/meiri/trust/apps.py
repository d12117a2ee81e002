from django.apps import AppConfig


class TrustConfig(AppConfig):
    name = "meiri.trust"
    label = "trust"
    verbose_name = "存证日志"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from meiri.trust import entering, log_verification  # noqa: F401 consumer and check register themselves
