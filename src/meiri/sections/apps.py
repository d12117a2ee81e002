from django.apps import AppConfig


class SectionsConfig(AppConfig):
    name = "meiri.sections"
    label = "sections"
    verbose_name = "频道与地方站"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from meiri.sections.in_use import keep_while_used
        from meiri.sections.models import Channel, Station, Subsection, Topic
        from meiri.sections.permissions import register_rules

        keep_while_used(Channel, Station, Subsection, Topic)
        register_rules()
