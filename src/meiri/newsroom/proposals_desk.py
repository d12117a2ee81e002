"""送稿 in the admin: what was offered to a desk's places, and what became of what one offered oneself."""

from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from meiri.asked_numbers import asked_number
from meiri.newsroom.models import Proposal
from meiri.newsroom.placing import accept, decline
from meiri.newsroom.proposals import ProposalState
from meiri.policy import visible
from meiri.policy.checked_view import CheckedView

PER_PAGE = 50
LISTS = {"waiting": "等我采用", "decided": "已处理", "mine": "我送出的"}


class ProposalsView(CheckedView):
    page_title = "送稿"
    header_icon = "mail"
    template_name = "newsroom/proposals.html"
    breadcrumbs_items = [*WagtailAdminTemplateMixin.breadcrumbs_items, {"url": "", "label": "送稿"}]

    deed, thing = "see", Proposal

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.which = request.GET.get("list") if request.GET.get("list") in LISTS else "waiting"

    def get(self, request):
        before = asked_number(request.GET.get("from"))
        proposals = self.proposals()
        if before:
            proposals = proposals.filter(pk__lt=before)
        found = list(proposals[: PER_PAGE + 1])
        return self.render_to_response(
            self.get_context_data(
                proposals=found[:PER_PAGE],
                next=found[PER_PAGE - 1].pk if len(found) > PER_PAGE else None,
                which=self.which,
                lists=LISTS.items(),
            )
        )

    def proposals(self):
        related = (
            "article__channel",
            "article__home_station",
            "channel",
            "station",
            "asked_by",
            "decided_by",
            "version",
        )
        proposals = Proposal.objects.select_related(*related).order_by("-pk")
        if self.which == "mine":
            return proposals.filter(asked_by=self.request.user)
        proposals = visible(self.request.user, proposals, "accept")
        if self.which == "waiting":
            return proposals.asked()
        return proposals.filter(
            state__in=[ProposalState.ACCEPTED, ProposalState.DECLINED], asked_by__isnull=False
        )

    def post(self, request):
        proposal = get_object_or_404(Proposal, pk=asked_number(request.POST.get("proposal")))
        try:
            if request.POST.get("deed") == "accept":
                taken = accept(proposal, request.user)
                if taken.version:
                    messages.success(request, f"已采用，《{taken.version}》是{taken.place}的草稿，请编发。")
                    return redirect("wagtailsnippets_newsroom_article:edit", taken.version.pk)
                where = "现在列在" if taken.article.live else "发布后列在"
                messages.success(request, f"已采用，《{taken.article}》{where}{taken.place}。")
            elif request.POST.get("deed") == "decline":
                decline(proposal, request.POST.get("reason", ""), request.user)
                messages.success(request, "已退回，原因已告知送稿人。")
            else:
                raise ValidationError("请选择要做的事。")
        except ValidationError as error:
            messages.error(request, error.messages[0])
        return redirect(f"{reverse('proposals_inbox')}?list={self.which}")
