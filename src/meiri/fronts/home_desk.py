"""上首页 in the admin: from an article to a place on home in one press."""

from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.urls import reverse
from wagtail.admin import messages
from wagtail.admin.widgets import Button
from wagtail.models import Page
from wagtail.snippets.action_menu import ActionMenuItem

from meiri.fronts.home_slots import put_on_home, slots_for, take_off_home
from meiri.newsroom.article_view import ArticleView
from meiri.newsroom.models import Article
from meiri.policy import check, may


class HomeSlotsView(ArticleView):
    page_title = name = "上首页"
    header_icon = "home"
    template_name = "fronts/home_slots.html"
    deed = "see"

    def check_permission(self):
        super().check_permission()
        check(self.request.user, "publish", Page)

    def get(self, request, **kwargs):
        return self.render_to_response(
            self.get_context_data(article=self.article, slots=slots_for(self.article))
        )

    def post(self, request, **kwargs):
        fill = take_off_home if "off" in request.POST else put_on_home
        slot = request.POST.get("off") or request.POST.get("slot", "")
        try:
            fill(self.article, slot, request.user)
        except ValidationError as error:
            messages.error(request, error.messages[0])
        else:
            done = "已从首页撤下" if "off" in request.POST else "已上首页"
            messages.success(
                request, f"《{self.article.title}》{done}。", buttons=[messages.button("/", "看首页")]
            )
        return redirect("home_slots", self.article.pk)


def may_fill(user, article) -> bool:
    return isinstance(article, Article) and article.live and may(user, "publish", Page)


class HomeActionItem(ActionMenuItem):
    """Leads from the form of an article to the places of home."""

    name = "action-home"
    label = "上首页"
    icon_name = "home"
    order = 90

    def is_shown(self, context):
        return context["view"] == "edit" and may_fill(context["request"].user, context["instance"])

    def get_url(self, parent_context):
        return reverse("home_slots", args=[parent_context["instance"].pk])


def listing_buttons(snippet, user, next_url=None):
    if may_fill(user, snippet):
        yield Button("上首页", reverse("home_slots", args=[snippet.pk]), icon_name="home", priority=35)
