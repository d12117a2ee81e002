"""The security log as administrators read it in the admin: newest first, by key, without a count."""

import json
from urllib.parse import urlencode

from django.urls import reverse
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from meiri.asked_numbers import asked_number
from meiri.policy.checked_view import AdministratorsView
from meiri.security.log import events
from meiri.security.models import Event

PAGE = 50


class SecurityLogView(AdministratorsView):
    page_title = "安全日志"
    header_icon = "lock"
    template_name = "security/list.html"
    breadcrumbs_items = [*WagtailAdminTemplateMixin.breadcrumbs_items, {"url": "", "label": "安全日志"}]

    def get(self, request):
        return self.render_to_response(self.get_context_data())

    def get_context_data(self, **kwargs):
        # No database compares with NUL.
        event, name = (
            self.request.GET.get(word, "").replace("\0", "").strip()[:150] for word in ("event", "name")
        )
        before = asked_number(self.request.GET.get("before"))
        found = list(events(event=event, name=name, before=before)[: PAGE + 1])
        more, found = len(found) > PAGE, found[:PAGE]
        filters = {k: v for k, v in (("event", event), ("name", name)) if v}
        return super().get_context_data(
            rows=[(row, json.dumps(row.details, ensure_ascii=False) if row.details else "") for row in found],
            event=event,
            name=name,
            events=Event.choices,
            older_url=f"?{urlencode({**filters, 'before': found[-1].pk})}" if more else "",
            list_url=reverse("security_log"),
            **kwargs,
        )
