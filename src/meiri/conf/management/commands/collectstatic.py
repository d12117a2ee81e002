"""`meiri collectstatic`: Django's, which says that it and nobody else changes the static files."""

from django.contrib.staticfiles.management.commands import collectstatic

from meiri.conf.static_files import static_files


class Command(collectstatic.Command):
    def handle(self, **options):
        if options["dry_run"]:
            return super().handle(**options)
        with static_files().open_to_change():
            return super().handle(**options)
