from django.apps import AppConfig


class PolicyConfig(AppConfig):
    name = "meiri.policy"
    label = "policy"
    verbose_name = "权限"

    def ready(self):
        from meiri.policy import collections, gate, pages, wagtail_adapter, wagtail_views

        wagtail_adapter.register()
        gate.admit_late(wagtail_views.register)
        pages.register_rules()
        collections.register_rules()
