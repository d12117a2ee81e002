"""A press card as the admin prints it, with the code that anybody can scan."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.safestring import mark_safe

from meiri.policy.checked_view import CheckedView
from meiri.staff.models import PressCard
from meiri.staff.signing import address_of, code_of


class PrintView(CheckedView):
    page_title = "打印证件"
    header_icon = "user"
    template_name = "staff/admin/print.html"

    deed, thing = "change", PressCard

    def get(self, request, card_id: int):
        card = get_object_or_404(PressCard.objects.select_related("station", "photograph"), pk=card_id)
        address = address_of(card)
        code = mark_safe(code_of(address))  # noqa: S308 segno draws it from an address of our own
        response = self.render_to_response(self.get_context_data(card=card, code=code, address=address))
        response["Cache-Control"] = "no-store, private"
        return response

    def get_breadcrumbs_items(self):
        return [
            *self.breadcrumbs_items,
            {"url": reverse(PressCard.snippet_viewset.get_url_name("list")), "label": "人员证件"},
            {"url": "", "label": "打印证件"},
        ]
