"""Serve the site until the process is ended; it says `ready` when it answers, and writes each address that it is asked for."""

import io
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
from django.conf import settings
from django.urls import include, path, re_path

ARTICLES = 43
port, folder = int(sys.argv[1]), Path(sys.argv[2])
APPS = [
    "wagtailcore",
    "wagtailimages",
    "wagtaildocs",
    "wagtailusers",
    "wagtailadmin",
    "wagtailsearch",
    "taggit",
    "auth",
    "contenttypes",
]
settings.configure(
    DEBUG=True,
    SECRET_KEY="of the old site",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "old.sqlite3"}},
    MEDIA_ROOT=folder / "media",
    MEDIA_URL="/media/",
    STATIC_URL="/static/",
    WAGTAIL_SITE_NAME="旧报",
    WAGTAILADMIN_BASE_URL=f"http://127.0.0.1:{port}",
    WAGTAILSEARCH_BACKENDS={"default": {"BACKEND": "wagtail.search.backends.database", "AUTO_UPDATE": False}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    MIGRATION_MODULES=dict.fromkeys(APPS),
    INSTALLED_APPS=[
        "tests.ingest.migration.old_wagtail",
        "wagtail.api.v2", "wagtail.contrib.table_block", "wagtail.users", "wagtail.admin", "wagtail.search", "wagtail.images",
        "wagtail.documents", "wagtail", "taggit", "modelcluster", "rest_framework", "django.contrib.auth", "django.contrib.contenttypes",
    ],
    LOGGING_CONFIG=None,
)  # fmt: skip
django.setup()

from django.contrib.contenttypes.models import ContentType  # noqa: E402
from django.core.files.base import ContentFile  # noqa: E402
from django.core.files.images import ImageFile  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.views.static import serve  # noqa: E402
from PIL import Image as Drawing  # noqa: E402
from wagtail.api.v2.router import WagtailAPIRouter  # noqa: E402
from wagtail.api.v2.views import PagesAPIViewSet  # noqa: E402
from wagtail.documents.api.v2.views import DocumentsAPIViewSet  # noqa: E402
from wagtail.documents.models import Document  # noqa: E402
from wagtail.images.api.v2.views import ImagesAPIViewSet  # noqa: E402
from wagtail.images.models import Image  # noqa: E402
from wagtail.models import Collection, Locale, Page, PageViewRestriction, Site  # noqa: E402

from tests.ingest.migration.old_wagtail.models import (  # noqa: E402
    ReportPage,
    ReportWriter,
    SectionPage,
    Writer,
)

router = WagtailAPIRouter("wagtailapi")
router.register_endpoint("pages", PagesAPIViewSet)
router.register_endpoint("images", ImagesAPIViewSet)
router.register_endpoint("documents", DocumentsAPIViewSet)
urlpatterns = [
    path("api/v2/", router.urls),
    re_path(r"^media/(?P<path>.*)$", serve, {"document_root": settings.MEDIA_ROOT}),
    path("documents/", include("wagtail.documents.urls")),
    path("", include("wagtail.urls")),
]


def a_body(number: int, images: list, document, other) -> list[tuple]:
    rich = (
        f'<p>第{number}天，记者在<b>澄江</b>现场看到{number}个人，见<a linktype="page" id="{other}">前文</a>。</p>'
        f'<embed embedtype="image" id="{images[1].pk}" alt="江边" format="left"/><p>这一段在图片后面。</p>'
    )
    return [
        ("paragraph", rich),
        ("heading_block", {"heading_text": "两岸的变化", "size": "h3"}),
        ("image_block", {"image": images[2], "caption": f"图为第{number}天的江面。", "alignment": "left"}),
        ("block_quote", {"quote": "水清了，人就来了。", "attribution": "北岭村民"}),
        ("bullets", ["第一件事", "第二件事"]),
        ("table", {"first_row_is_table_header": True, "data": [["年份", "水位"], ["2024", "12.5"]]}),
        ("gallery", [images[3], images[1]]),
        ("attachment", document),
        ("raw_html", "<p>嵌入的话。</p><script>document.write('坏')</script>"),
        ("columns", [("text", "<p>分栏里的话。</p>")]),
    ]


def make_site() -> None:
    call_command("migrate", run_syncdb=True, verbosity=0, interactive=False)
    Locale.objects.create(language_code="en")
    Collection.add_root(name="Root")
    ContentType.objects.get_for_model(Page)
    root = Page.add_root(title="Root", slug="root")
    home = root.add_child(instance=SectionPage(title="旧报首页", slug="home"))
    Site.objects.create(hostname="127.0.0.1", port=port, root_page=home, is_default_site=True)
    images = []
    for number in range(4):
        drawn = io.BytesIO()
        Drawing.new("RGB", (320, 240), (number * 60, 120, 90)).save(drawn, "JPEG")
        file = ImageFile(drawn, name=f"tu-{number}.jpg")
        images.append(Image.objects.create(title=f"图{number}", file=file))
    document = Document(title="巡河路线图")
    document.file.save("route.txt", ContentFile("路线".encode()))
    writers = [Writer.objects.create(name=name, telephone="13800000000") for name in ("韩秋林", "李小满")]
    sections = [
        home.add_child(instance=SectionPage(title=title, slug=slug))
        for title, slug in (("要闻", "yaowen"), ("风物", "wind"))
    ]
    for number in range(ARTICLES):
        first = datetime(2019, 3, 1, 8, 30, tzinfo=UTC) + timedelta(days=number)
        page = ReportPage(
            title=f"旧报第{number}条消息",
            slug=f"xiaoxi-{number}",
            date=date(2019, 3, 1) + timedelta(days=number),
            intro=f"第{number}条的提要。",
            header_image=images[0],
            body=a_body(number, images, document, sections[0].pk),
            first_published_at=first,
            live=number != 5,
        )
        page.writers = [ReportWriter(writer=writers[number % 2])]
        sections[number % 2].add_child(instance=page)
    private = ReportPage.objects.get(slug="xiaoxi-6")
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    ReportPage.objects.get(slug="xiaoxi-0").create_alias(parent=sections[1], update_slug="lingyige")


class Quiet(WSGIRequestHandler):
    def log_message(self, form, *args):
        print(self.path, flush=True)


make_site()
server = make_server("127.0.0.1", port, get_wsgi_application(), handler_class=Quiet)
print("ready", flush=True)
server.serve_forever()
