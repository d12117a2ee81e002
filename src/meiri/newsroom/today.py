"""The first screen of the admin: today's work."""

from django.utils import timezone
from wagtail.admin.ui.components import Component
from wagtail.models import TaskState

from meiri.newsroom.models import Article
from meiri.newsroom.river import Place, days_with_articles

SHOWN = 8


class TodayPanel(Component):
    name = "today"
    template_name = "newsroom/today.html"
    order = 10

    def get_context_data(self, parent_context):
        user = parent_context["request"].user
        today = timezone.localdate()
        waiting = (
            TaskState.objects.reviewable_by(user)
            .select_related("revision", "task")
            .order_by("-started_at")[:SHOWN]
        )
        scheduled = Article.objects.filter(live=False, go_live_at__gt=timezone.now()).order_by("go_live_at")
        mine = Article.objects.filter(created_by=user, live=False).order_by("-updated_at")
        return {
            "today": today,
            "published_today": days_with_articles(Place.site(), today, today).get(today, 0),
            "waiting": [(state, state.revision.content_object) for state in waiting],
            "scheduled": scheduled.only("title", "go_live_at")[:SHOWN],
            "mine": mine.only("title", "updated_at")[:SHOWN],
        }
