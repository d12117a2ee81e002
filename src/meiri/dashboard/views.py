"""总编台: the newsroom at this moment, and what it has published."""

from django.utils import timezone
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from meiri.dashboard.charts import draw_bars
from meiri.dashboard.current import (
    first_screen,
    home_editor,
    most_read,
    newest_corrections,
    next_publications,
    waiting_articles,
)
from meiri.dashboard.output import output_by_author, output_by_day, output_by_hour, output_by_place
from meiri.dashboard.permissions import published_reach
from meiri.newsroom.models import Article
from meiri.newsroom.place_kinds import PlaceKind
from meiri.policy.checked_view import CheckedView
from meiri.sections.models import Channel, Station


class DashboardView(CheckedView):
    page_title = "总编台"
    header_icon = "view"
    template_name = "dashboard/dashboard.html"
    breadcrumbs_items = [*WagtailAdminTemplateMixin.breadcrumbs_items, {"url": "", "label": "总编台"}]

    deed, thing = "publish", Article

    def get(self, request):
        return self.render_to_response(self.get_context_data())

    def get_context_data(self, **kwargs):
        user, now = self.request.user, timezone.now()
        today, reach = timezone.localdate(now), published_reach(user)
        channels = [one for one in Channel.objects.visible() if reach.has_channel(one.pk)]
        stations = [one for one in Station.objects.visible() if reach.has_station(one.pk)]
        hours, days = output_by_hour(today), output_by_day(today)
        return super().get_context_data(
            now=now,
            waiting=waiting_articles(user),
            due=next_publications(user),
            corrections=newest_corrections(),
            read=most_read(),
            first_screen=first_screen(),
            home_editor=home_editor(),
            by_channel=output_by_place(PlaceKind.CHANNEL, channels, today),
            by_station=output_by_place(PlaceKind.STATION, stations, today),
            by_author=output_by_author(now, reach),
            published_today=days[-1][1],
            by_hour=draw_bars([(f"{hour} 时", number) for hour, number in enumerate(hours)]),
            by_day=draw_bars([(f"{day.month}月{day.day}日", number) for day, number in days]),
            **kwargs,
        )
