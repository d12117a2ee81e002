"""校对 beside the form of an article: what looks wrong, while it is written."""

from django.forms import Media
from django.forms.widgets import Script
from django.urls import reverse
from wagtail.admin.ui.side_panels import BaseSidePanel


class ProofingSidePanel(BaseSidePanel):
    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        aria_label = "打开或收起校对"
        icon_name = "glasses"

    name = "proofing"
    title = "校对"
    template_name = "proofing/panel.html"
    order = 350

    @property
    def media(self):
        return Media(
            js=["proofing/fields.js", Script("proofing/panel.js", type="module")],
            css={"all": ["proofing/panel.css"]},
        )

    def get_context_data(self, parent_context):
        context = super().get_context_data(parent_context)
        return context | {"check_url": reverse("proofing_check"), "dismiss_url": reverse("proofing_dismiss")}
