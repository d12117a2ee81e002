"""Forms of what stands on the fronts of stations: each desk has those of its own stations."""

from wagtail.admin.forms.models import WagtailAdminModelForm

from meiri.fronts.permissions import KEEP_STATION_FRONT
from meiri.policy.reach import reach
from meiri.sections.models import Station


class OfOwnStations(WagtailAdminModelForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.for_user is None or (found := reach(self.for_user, KEEP_STATION_FRONT)).everywhere:
            return
        field = self.fields["station"]
        field.queryset = Station.objects.filter(pk__in=found.stations)
        field.required = True
        if len(found.stations) == 1 and not self.instance.pk:
            self.initial.setdefault("station", next(iter(found.stations)))


class NoticeBarForm(OfOwnStations):
    """Whoever may set one above all pages may, whatever desk they are of."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.for_user and reach(self.for_user, "fronts.add_noticebar").everywhere:
            field = self.fields["station"]
            field.queryset, field.required = Station.objects.all(), False
