from django.contrib.auth.models import Permission
from django.urls import path, reverse
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from meiri.members.avatars import Avatar
from meiri.members.avatars_desk import AvatarsView
from meiri.members.contributors_desk import ContributorsView, lists_for
from meiri.members.people_desk import PeopleView, PersonView
from meiri.policy import may
from meiri.policy.gate import admit, one, somewhere

admit(
    {
        "contributors_desk": lambda request, kwargs: bool(lists_for(request.user)),
        "avatars_desk": somewhere("members.Avatar", "moderate"),
        "people": somewhere("members.User", "change"),
        "people_add": somewhere("members.User", "add"),
        "people_edit": one("members.User", "person_id", "change"),
    }
)


@hooks.register("register_admin_urls")
def desk_address():
    return [
        path("contributors/", ContributorsView.as_view(), name="contributors_desk"),
        path("avatars/", AvatarsView.as_view(), name="avatars_desk"),
        path("people/", PeopleView.as_view(), name="people"),
        path("people/add/", PersonView.as_view(), name="people_add"),
        path("people/<int:person_id>/", PersonView.as_view(), name="people_edit"),
    ]


@hooks.register("register_admin_menu_item")
def people_menu_item():
    return MenuItem("人员与岗位", reverse("people"), icon_name="user", order=345)


class ContributorsMenuItem(MenuItem):
    def is_shown(self, request):
        return bool(lists_for(request.user))


@hooks.register("register_admin_menu_item")
def desk_menu_item():
    return ContributorsMenuItem("通讯员", reverse("contributors_desk"), icon_name="group", order=340)


class AvatarsMenuItem(MenuItem):
    def is_shown(self, request):
        return may(request.user, "moderate", Avatar)


@hooks.register("register_admin_menu_item")
def avatars_menu_item():
    return AvatarsMenuItem("会员头像", reverse("avatars_desk"), icon_name="user", order=341)


@hooks.register("register_permissions")
def permissions():
    granted = ["handle_contributor", "moderate_avatar"]
    return Permission.objects.filter(content_type__app_label="members", codename__in=granted)
