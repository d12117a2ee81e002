"""The form of a sub-column: at the places of its editor's desk alone, and moved only while nothing is filed under it."""

from wagtail.admin.forms.models import WagtailAdminModelForm

from meiri.policy.reach import reach
from meiri.sections.in_use import uses_of
from meiri.sections.models import Channel, Station, Subsection

KEEPING = ("sections.add_subsection", "sections.change_subsection")


class SubsectionForm(WagtailAdminModelForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.for_user is None:
            return
        found = reach(self.for_user, *KEEPING)
        if not found.everywhere:
            self.fields["channel"].queryset = Channel.objects.filter(pk__in=found.channels)
            self.fields["station"].queryset = Station.objects.filter(pk__in=found.stations)

    def clean(self):
        cleaned = super().clean()
        stored = Subsection.objects.filter(pk=self.instance.pk).first() if self.instance.pk else None
        if stored is None or not {"channel", "station"} <= cleaned.keys():
            return cleaned
        if (cleaned["channel"], cleaned["station"]) != (stored.channel, stored.station) and uses_of(stored):
            self.add_error(
                "channel" if stored.channel_id else "station",
                f"已有稿件归在“{stored}”，不能移到别处。可以在那里另建子栏目，把这个关闭。",
            )
        return cleaned
