from django.contrib.auth.models import Permission
from django.urls import path, reverse
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from meiri.members.contributors_desk import ContributorsView, lists_for
from meiri.policy.gate import admit

admit({"contributors_desk": lambda request, kwargs: bool(lists_for(request.user))})


@hooks.register("register_admin_urls")
def desk_address():
    return [path("contributors/", ContributorsView.as_view(), name="contributors_desk")]


class ContributorsMenuItem(MenuItem):
    def is_shown(self, request):
        return bool(lists_for(request.user))


@hooks.register("register_admin_menu_item")
def desk_menu_item():
    return ContributorsMenuItem("通讯员", reverse("contributors_desk"), icon_name="group", order=340)


@hooks.register("register_permissions")
def permissions():
    return Permission.objects.filter(content_type__app_label="members", codename="handle_contributor")
