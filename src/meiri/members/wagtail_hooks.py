from django.contrib.auth.models import Permission
from django.urls import path, reverse
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from meiri.members.contributors_desk import ContributorsView, lists_for
from meiri.members.people_desk import PeopleView, PersonView
from meiri.policy.gate import admit, one, somewhere

admit(
    {
        "contributors_desk": lambda request, kwargs: bool(lists_for(request.user)),
        "people": somewhere("members.User", "change"),
        "people_add": somewhere("members.User", "add"),
        "people_edit": one("members.User", "person_id", "change"),
    }
)


@hooks.register("register_admin_urls")
def desk_address():
    return [
        path("contributors/", ContributorsView.as_view(), name="contributors_desk"),
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


@hooks.register("register_permissions")
def permissions():
    return Permission.objects.filter(content_type__app_label="members", codename="handle_contributor")
