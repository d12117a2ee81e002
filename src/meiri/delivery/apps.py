from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "meiri.delivery"
    label = "delivery"
    verbose_name = "交付"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from meiri.delivery import verifying  # noqa: F401 its check registers itself
