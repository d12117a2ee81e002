"""总编台 in the menu of the admin."""

from django.templatetags.static import static
from django.urls import path, reverse
from django.utils.html import format_html
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from meiri.dashboard.views import DashboardView
from meiri.newsroom.models import Article
from meiri.policy import may


@hooks.register("register_admin_urls")
def dashboard_address():
    return [path("dashboard/", DashboardView.as_view(), name="dashboard")]


class DashboardMenuItem(MenuItem):
    def is_shown(self, request):
        return may(request.user, "publish", Article)


@hooks.register("register_admin_menu_item")
def dashboard_menu_item():
    return DashboardMenuItem("总编台", reverse("dashboard"), icon_name="view", order=90)


@hooks.register("insert_global_admin_css")
def dashboard_styles():
    return format_html('<link rel="stylesheet" href="{}">', static("dashboard/dashboard.css"))
