"""Which channels and stations a group of editors looks after."""

from django.contrib.auth.models import Group
from django.db import models

from meiri.journal.content_keys import DESK
from meiri.journal.public_models import Public
from meiri.sections.models import Channel, Station


class Desk(models.Model):
    group = models.OneToOneField(Group, verbose_name="用户组", on_delete=models.CASCADE, related_name="desk")
    channels = models.ManyToManyField(
        Channel, verbose_name="频道", blank=True, related_name="+", related_query_name="desk"
    )
    stations = models.ManyToManyField(
        Station, verbose_name="地方站", blank=True, related_name="+", related_query_name="desk"
    )

    # Readers see nothing of it; the journal says all the same who could publish where.
    public = Public(
        ("group",),
        relations=("channels", "stations"),
        keys=lambda desk: [DESK.key(desk.pk)],
        key_forms=(DESK,),
    )

    class Meta:
        verbose_name = "采编分工"
        verbose_name_plural = "采编分工"

    def __str__(self):
        return self.group.name
