from django.apps import AppConfig


class ProofingConfig(AppConfig):
    name = "meiri.proofing"
    label = "proofing"
    verbose_name = "校对"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from meiri.proofing import permissions, personal_data, publication  # noqa: F401 register themselves

        permissions.start()
