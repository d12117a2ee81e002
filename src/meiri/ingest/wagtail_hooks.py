from django.urls import path, reverse
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from meiri.ingest.views import import_page
from meiri.newsroom.models import Article
from meiri.policy import may
from meiri.policy.gate import admit, somewhere

admit({"ingest_import": somewhere("newsroom.Article", "add")})


@hooks.register("register_admin_urls")
def import_address():
    return [path("import/", import_page, name="ingest_import")]


class ImportMenuItem(MenuItem):
    def is_shown(self, request):
        return may(request.user, "add", Article)


@hooks.register("register_admin_menu_item")
def import_menu_item():
    return ImportMenuItem("导入稿件", reverse("ingest_import"), icon_name="upload", order=110)
