from django.urls import path, reverse
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from meiri.policy import administers
from meiri.policy.gate import admit
from meiri.security.listing import SecurityLogView

admit({"security_log": lambda request, kwargs: administers(request.user)})


@hooks.register("register_admin_urls")
def list_address():
    return [path("security-log/", SecurityLogView.as_view(), name="security_log")]


class SecurityLogMenuItem(MenuItem):
    def is_shown(self, request):
        return administers(request.user)


@hooks.register("register_reports_menu_item")
def menu_item():
    return SecurityLogMenuItem("安全日志", reverse("security_log"), icon_name="lock", order=900)
