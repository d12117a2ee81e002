"""Who answers which address. Order matters: fixed addresses, then channels, then Wagtail's pages."""

from django.urls import include, path, re_path
from django.views.decorators.http import require_POST
from django.views.i18n import JavaScriptCatalog
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.admin.views.account import LogoutView

from meiri.conf.prometheus import metrics
from meiri.fronts.views import laid_out
from meiri.ingest.wires.wire_posts import post_wire
from meiri.members.views import newsroom_door
from meiri.web.media import document

urlpatterns = [
    # Wagtail's own words for scripts and those it leaves in English.
    path("admin/jsi18n/", JavaScriptCatalog.as_view(packages=["wagtail.admin", "meiri.conf"])),
    # The newsroom signs in at the members' door, with its second factor.
    path("admin/login/", newsroom_door),
    # Wagtail's view takes the session's cookie away whatever the method: by a picture's address on another site too.
    path("admin/logout/", require_POST(LogoutView.as_view())),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/<int:document_id>/<str:name>", document, name="wagtaildocs_serve"),
    path("metrics", metrics, name="metrics"),
    path("api/v1/wires/", post_wire, name="wires_post"),
    path("", include("meiri.syndication.urls")),
    path("", include("meiri.comments.urls")),
    path("", include("meiri.polls.urls")),
    path("letters/", include("meiri.letters.urls")),
    path("reports/", include("meiri.reports.urls")),
    path("members/", include("meiri.members.urls")),
    path("staff/", include("meiri.staff.urls")),
    path("", include("meiri.audience.urls")),
    path("links/", include("meiri.fronts.urls")),
    path("", include("meiri.web.urls")),
    re_path(wagtail_urls.serve_pattern, laid_out),
    # For the names by which Wagtail looks addresses up.
    path("", include(wagtail_urls)),
]

handler400 = "meiri.visitors.error_answers.bad_request"
handler403 = "meiri.visitors.error_answers.forbidden"
handler404 = "meiri.web.errors.not_found"
handler500 = "meiri.web.errors.failed"
