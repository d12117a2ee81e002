from django.apps import AppConfig
from wagtail.users.apps import WagtailUsersAppConfig


class MembersConfig(AppConfig):
    name = "meiri.members"
    label = "members"
    verbose_name = "会员"
    default_auto_field = "django.db.models.BigAutoField"
    # `NewsroomUsersConfig` stands in the same module.
    default = True

    def ready(self):
        from meiri.members import (  # noqa: F401 they register what they do
            account_part,
            contributing,
            noting,
            permissions,
            personal_data,
            sessions,
            telling_followers,
            telling_searchers,
            waiting,
        )

        noting.watch()
        permissions.register_rules()
        waiting.register()


class NewsroomUsersConfig(WagtailUsersAppConfig):
    """Wagtail's accounts with the nickname of ours, and Chinese names in one field."""

    user_viewset = "meiri.members.accounts.AccountViewSet"
