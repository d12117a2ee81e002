from django.contrib.auth.models import Permission
from django.urls import path, reverse
from wagtail import hooks
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.admin.widgets.button import Button
from wagtail.snippets.models import register_snippet

from meiri.journal.snippets import RowViewSet
from meiri.policy import may
from meiri.policy.gate import admit, one
from meiri.staff.models import PressCard
from meiri.staff.printing import PrintView

admit({"staff_print": one("staff.PressCard", "card_id", "change")})


class PressCardViewSet(RowViewSet):
    model = PressCard
    icon = "user"
    menu_label = "人员证件"
    menu_order = 340
    add_to_admin_menu = True
    copy_view_enabled = False
    list_display = ["number", "name", "unit", "station", "role", "valid_until", "state"]
    list_filter = ["state", "station"]
    search_fields = ["number", "name", "unit"]
    search_backend_name = None
    panels = [
        FieldRowPanel([FieldPanel("number"), FieldPanel("name")]),
        FieldRowPanel([FieldPanel("unit"), FieldPanel("role")]),
        FieldRowPanel([FieldPanel("station"), FieldPanel("valid_until")]),
        FieldPanel("state"),
        FieldPanel("photograph"),
        FieldPanel("author"),
    ]

    def get_queryset(self, request):
        return PressCard.objects.select_related("station")


register_snippet(PressCardViewSet)


@hooks.register("register_admin_urls")
def printing_address():
    return [path("staff/<int:card_id>/print/", PrintView.as_view(), name="staff_print")]


@hooks.register("register_snippet_listing_buttons")
def printing_button(snippet, user, next_url=None):
    if isinstance(snippet, PressCard) and may(user, "change", snippet):
        yield Button("打印证件", reverse("staff_print", args=[snippet.pk]), icon_name="print", priority=20)


@hooks.register("register_permissions")
def permissions():
    return Permission.objects.filter(content_type__app_label="staff", codename="change_staffsettings")
