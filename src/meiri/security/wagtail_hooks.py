from django.urls import path, reverse
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from meiri.security.listing import SecurityLogView


@hooks.register("register_admin_urls")
def list_address():
    return [path("security-log/", SecurityLogView.as_view(), name="security_log")]


class SecurityLogMenuItem(MenuItem):
    def is_shown(self, request):
        return request.user.is_superuser


@hooks.register("register_reports_menu_item")
def menu_item():
    return SecurityLogMenuItem("安全日志", reverse("security_log"), icon_name="lock", order=900)
