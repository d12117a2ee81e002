from django.apps import AppConfig

from meiri.journal.public_models import NotPublic, declare_app

# Apps of others whose rows readers don't see by themselves.
OTHERS = {
    "account": "mail addresses of accounts",
    "auth": "groups and permissions",
    "contenttypes": "names of models",
    "mfa": "second factors of accounts",
    "sessions": "who is signed in",
    "socialaccount": "other accounts of members",
    "taggit": "names of tags, shown with what is tagged",
    "wagtailadmin": "the admin's own",
    "wagtailcore": "drafts, workflows, permissions and collections",
    "wagtaildocs": "documents, shown with what offers them",
    "wagtailembeds": "answers of other sites",
    "wagtailimages": "the picture model that is not in use",
    "wagtailredirects": "redirects",
    "wagtailsearch": "the admin's search",
    "wagtailusers": "profiles of users",
}


class ConfConfig(AppConfig):
    """The composition root: the commands that put all of Meiri together."""

    name = "meiri.conf"
    label = "conf"
    verbose_name = "每日"

    def import_models(self):
        super().import_models()
        for label, why in OTHERS.items():
            declare_app(label, NotPublic(why))

    def ready(self):
        from compression_middleware import br
        from django.utils.module_loading import autodiscover_modules

        from meiri import stored_settings
        from meiri.conf.slow_queries import time_queries
        from meiri.sm2 import sm2_key

        # The middleware has no setting for it. Level 5 makes pages 15 % smaller than its 4, for half a millisecond.
        br.DEFAULT_LEVEL = 5
        stored_settings.connect()
        time_queries()
        sm2_key()  # made at the first start with it, not at the first publication
        autodiscover_modules("health")
