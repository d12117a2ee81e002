from django.apps import AppConfig


class ConfConfig(AppConfig):
    """The composition root: the commands that put all of Meiri together."""

    name = "meiri.conf"
    label = "conf"
    verbose_name = "每日"
