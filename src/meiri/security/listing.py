"""The security log as administrators read it in the admin: newest first, by key, without a count."""

import json
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.views.generic import View
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from meiri.policy import administers
from meiri.security.log import events
from meiri.security.models import Event

PAGE = 50


class SecurityLogView(WagtailAdminTemplateMixin, View):
    page_title = "安全日志"
    header_icon = "lock"
    template_name = "security/list.html"
    breadcrumbs_items = [*WagtailAdminTemplateMixin.breadcrumbs_items, {"url": "", "label": "安全日志"}]

    def dispatch(self, request, *args, **kwargs):
        if not administers(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request):
        return self.render_to_response(self.get_context_data())

    def get_context_data(self, **kwargs):
        # No database compares with NUL.
        event, name = (
            self.request.GET.get(word, "").replace("\0", "").strip()[:150] for word in ("event", "name")
        )
        before = self.request.GET.get("before", "")
        known = before.isascii() and before.isdecimal() and len(before) < 19
        found = list(events(event=event, name=name, before=int(before) if known else None)[: PAGE + 1])
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
