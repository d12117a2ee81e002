from django.contrib.auth.models import Permission
from django.urls import path, reverse
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from meiri.comments.moderation import PERMISSION
from meiri.comments.queue import QueueView


@hooks.register("register_admin_urls")
def queue_address():
    return [path("comments/", QueueView.as_view(), name="comments_queue")]


class QueueMenuItem(MenuItem):
    def is_shown(self, request):
        return request.user.has_perm(PERMISSION)


@hooks.register("register_admin_menu_item")
def queue_menu_item():
    return QueueMenuItem("评论审核", reverse("comments_queue"), icon_name="comment", order=320)


@hooks.register("register_permissions")
def permissions():
    return Permission.objects.filter(content_type__app_label="comments", codename="moderate_comment")
