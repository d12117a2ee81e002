from django.urls import path, reverse
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from meiri.ingest.left_out_desk import LeftOutSidePanel, put_back_view
from meiri.ingest.views import import_page
from meiri.newsroom.editing import side_panels
from meiri.newsroom.models import Article
from meiri.policy import may
from meiri.policy.gate import admit, one, somewhere

admit(
    {
        "ingest_import": somewhere("newsroom.Article", "add"),
        "ingest_put_back": one("newsroom.Article", "pk", "change"),
    }
)
side_panels.append(LeftOutSidePanel)


@hooks.register("register_admin_urls")
def import_addresses():
    return [
        path("import/", import_page, name="ingest_import"),
        path("import/<int:pk>/left-out/", put_back_view, name="ingest_put_back"),
    ]


class ImportMenuItem(MenuItem):
    def is_shown(self, request):
        return may(request.user, "add", Article)


@hooks.register("register_admin_menu_item")
def import_menu_item():
    return ImportMenuItem("导入稿件", reverse("ingest_import"), icon_name="upload", order=110)
