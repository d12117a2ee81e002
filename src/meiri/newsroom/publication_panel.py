"""发布前核对: beside the form of an article, what would stop its publication and what is asked about, while it is written; and the
screen where chief editors say how strictly each rule is meant."""

from django.forms import Media
from django.forms.widgets import Script
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.admin.ui.side_panels import BaseSidePanel
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from meiri.newsroom.link_checks import ask_for_links, links_of
from meiri.newsroom.models import Article, PublicationRule
from meiri.newsroom.publication_checks import Finding, Strictness, findings_by_check, registered_rules
from meiri.newsroom.publication_rules import LEVELS, levels_in, set_levels
from meiri.policy.checked_view import CheckedView
from meiri.sections.models import Channel

# Findings that the panel lists.
MOST_SHOWN = 60


class PublicationPanel(BaseSidePanel):
    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        aria_label = "打开或收起发布前核对"
        icon_name = "tasks"

    name = "publication"
    title = "发布前核对"
    template_name = "newsroom/publication_panel.html"
    order = 350

    @property
    def media(self):
        return Media(
            js=[Script("newsroom/publication_panel.js", type="module")],
            css={"all": ["newsroom/publication_panel.css"]},
        )

    def get_context_data(self, parent_context):
        # The script puts the key of the article in the place of the 0: a new one gets it when it is first saved.
        return super().get_context_data(parent_context) | {"address": reverse("article_findings", args=[0])}


def told(label: str, finding: Finding) -> dict:
    return {
        "label": label,
        "code": finding.code,
        "sentence": finding.sentence,
        "place": finding.place,
        "stops": finding.stops,
    }


@require_POST
def tell_findings(request, article_id: int) -> JsonResponse:
    """What all checks find in the newest saved version, those that stop first: the same that publishing it would ask. A fixed
    number of queries. Links that nobody has looked at are left to the worker; `waiting` says how many."""
    article = get_object_or_404(Article, pk=article_id)
    version = article.get_latest_revision_as_object()
    waiting = ask_for_links(list(links_of(version)))
    found = [
        told(check.label, finding)
        for check, finding in findings_by_check(version, article.latest_revision, request.user)
    ]
    found.sort(key=lambda one: not one["stops"])
    stopping = sum(one["stops"] for one in found)
    return JsonResponse(
        {
            "stopping": stopping,
            "asked": len(found) - stopping,
            "findings": found[:MOST_SHOWN],
            "waiting": waiting,
        }
    )


class PublicationRulesView(CheckedView):
    """PublishingRule by rule, for all channels or for one (`?channel=SLUG`): must be, is asked about, or not looked at."""

    page_title = "发布规则"
    header_icon = "tasks"
    template_name = "newsroom/publication_rules.html"
    breadcrumbs_items = [*WagtailAdminTemplateMixin.breadcrumbs_items, {"url": "", "label": "发布规则"}]

    deed, thing = "change", PublicationRule

    def channel(self, given) -> Channel | None:
        slug = given.get("channel", "")
        return get_object_or_404(Channel, slug=slug) if slug else None

    def get(self, request):
        channel = self.channel(request.GET)
        return self.render_to_response(
            self.get_context_data(
                channel=channel,
                channels=Channel.objects.order_by("order"),
                levels=LEVELS,
                checks=self.checks(channel),
            )
        )

    def checks(self, channel: Channel | None) -> list[dict]:
        """The rules under the label of their check, each with the level that was set here, and that which holds otherwise."""
        everywhere = levels_in(None)
        own = {}
        if channel:
            own = dict(PublicationRule.objects.filter(channel=channel).values_list("code", "level"))
        by_label: dict[str, list[dict]] = {}
        words = dict(LEVELS)
        for check, rule in registered_rules():
            otherwise = everywhere.get(rule.code, rule.level) if channel else rule.level
            by_label.setdefault(check.label, []).append(
                {
                    "rule": rule,
                    "level": (own if channel else everywhere).get(rule.code, ""),
                    "otherwise": words[otherwise],
                }
            )
        return [{"label": label, "rules": rules} for label, rules in by_label.items()]

    def post(self, request):
        channel = self.channel(request.POST)
        chosen: dict[str, Strictness | None] = {}
        for _check, rule in registered_rules():
            given = request.POST.get(f"level-{rule.code}")
            if given == "":
                chosen[rule.code] = None
            elif given in set(map(str, Strictness)):
                chosen[rule.code] = Strictness(given)
        changed = set_levels(channel, chosen, request.user)
        where = f"“{channel.name}”频道" if channel else "全部频道"
        messages.success(
            request, f"{where}的发布规则已保存，改动 {changed} 条。" if changed else "没有改动。"
        )
        query = f"?{urlencode({'channel': channel.slug})}" if channel else ""
        return redirect(reverse("publication_rules") + query)
