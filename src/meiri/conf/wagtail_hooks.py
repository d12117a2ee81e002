"""What is decided about the admin as a whole."""

from django.urls import reverse
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from meiri.conf.admin_menu import group_entries


@hooks.register("register_admin_menu_item")
def today_menu_item():
    return MenuItem("今日工作", reverse("wagtailadmin_home"), name="today", icon_name="home", order=1)


@hooks.register("register_admin_menu_item")
def writing_menu_item():
    address = reverse("wagtailsnippets_newsroom_article:add")
    return MenuItem("写稿", address, name="write", icon_name="edit", order=101)


# After each app has left out what its reader may not open.
@hooks.register("construct_main_menu", order=100)
def by_work(request, items):
    items[:] = group_entries(items, request)
