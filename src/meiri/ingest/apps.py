from django.apps import AppConfig


class IngestConfig(AppConfig):
    name = "meiri.ingest"
    label = "ingest"
    verbose_name = "导入"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from meiri.ingest.wires import kill_check, killed_items, wire_permissions
        from meiri.newsroom import publication_checks

        wire_permissions.register_rules()
        killed_items.register()
        publication_checks.register_check(kill_check.WireKillCheck())
