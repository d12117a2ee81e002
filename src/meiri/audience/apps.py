from django.apps import AppConfig


class AudienceConfig(AppConfig):
    name = "meiri.audience"
    label = "audience"
    verbose_name = "阅读"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from meiri.audience import counts_writer, permissions  # noqa: F401 - registers its check
        from meiri.audience.view_counts import read_in_words
        from meiri.newsroom.standing import more_of

        permissions.start()
        more_of.append(read_in_words)
