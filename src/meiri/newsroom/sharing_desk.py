"""送稿与共享: one article, to whom it is offered and with whom it is shared; and the panel that leads there from its form."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from wagtail.admin import messages
from wagtail.admin.ui.side_panels import BaseSidePanel

from meiri.asked_numbers import asked_number
from meiri.newsroom.article_view import ArticleView
from meiri.newsroom.models import Article, ArticleShare, Proposal, ProposalMode
from meiri.newsroom.people import people_of_newsroom
from meiri.newsroom.picking import MultiplePicker, Picker
from meiri.newsroom.placing import offer, take_offer_back
from meiri.newsroom.posts import name_of
from meiri.newsroom.sharing import share, unshare
from meiri.policy import may
from meiri.sections.models import Channel, Station

MOST_SHOWN = 60


class OfferForm(forms.Form):
    channels = forms.ModelMultipleChoiceField(
        label="送往频道", queryset=Channel.objects.all(), required=False, widget=MultiplePicker("channels")
    )
    stations = forms.ModelMultipleChoiceField(
        label="送往地方站", queryset=Station.objects.all(), required=False, widget=MultiplePicker("stations")
    )
    mode = forms.ChoiceField(
        label="方式", choices=ProposalMode.choices, initial=ProposalMode.LINK, widget=forms.RadioSelect
    )
    note = forms.CharField(label="附言", max_length=200, required=False)


class ShareForm(forms.Form):
    person: Any = forms.ModelChoiceField(label="共享给", queryset=None, widget=Picker("people"))
    may_change = forms.BooleanField(label="可以修改", required=False)

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        person: Any = self.fields["person"]
        person.queryset = people_of_newsroom().filter(is_active=True)
        person.label_from_instance = name_of


class SendingView(ArticleView):
    header_icon = "mail"
    template_name = "newsroom/sending.html"
    name = "送稿与共享"

    def articles(self):
        return Article.objects.select_related("channel", "home_station", "latest_revision")

    def check_permission(self):
        self.offers = may(self.request.user, "propose", self.article)
        self.shares = may(self.request.user, "share", self.article)
        if not (self.offers or self.shares):
            raise PermissionDenied("您没有权限送出或共享这篇稿件。")

    @property
    def page_title(self):
        return f"{self.name}：{self.article}"

    def get(self, request, article_id):
        return self.answer(OfferForm(), ShareForm())

    def post(self, request, article_id):
        deed = request.POST.get("deed", "").partition("-")
        forms_of = {"offer": (OfferForm, self.offer), "share": (ShareForm, self.share)}
        try:
            if deed[0] in forms_of:
                form_class, do = forms_of[deed[0]]
                form = form_class(request.POST)
                if not form.is_valid():
                    first, second = (form, ShareForm()) if deed[0] == "offer" else (OfferForm(), form)
                    return self.answer(first, second)
                do(form.cleaned_data)
            elif deed[0] == "unshare":
                taken = get_object_or_404(ArticleShare, article=self.article, pk=asked_number(deed[2]))
                unshare(self.article, taken.user, request.user)
                messages.success(request, "已取消共享。")
            elif deed[0] == "withdraw":
                proposal = get_object_or_404(Proposal, article=self.article, pk=asked_number(deed[2]))
                take_offer_back(proposal, request.user)
                messages.success(request, "已收回送稿。")
            else:
                messages.error(request, "请选择要做的事。")
        except ValidationError as error:
            messages.error(request, error.messages[0])
        return redirect("article_sending", self.article.pk)

    def offer(self, asked) -> None:
        places = [*asked["channels"], *asked["stations"]]
        number = offer(self.article, places, ProposalMode(asked["mode"]), asked["note"], self.request.user)
        messages.success(self.request, f"已送往 {number} 处，对方处理后会通知您。")

    def share(self, asked) -> None:
        share(self.article, asked["person"], asked["may_change"], self.request.user)
        messages.success(self.request, f"已共享给{name_of(asked['person'])}。")

    def answer(self, offer_form, share_form):
        return self.render_to_response(
            self.get_context_data(
                article=self.article,
                offer_form=offer_form if self.offers else None,
                share_form=share_form if self.shares else None,
                **sendings_of(self.article),
            )
        )


def sendings_of(article: Article) -> dict:
    """To whom `article` is offered and with whom it is shared. Two queries."""
    proposals = Proposal.objects.of(article.pk).select_related(
        "channel", "station", "asked_by", "decided_by", "version"
    )
    shares = ArticleShare.objects.filter(article=article).select_related("user", "shared_by")
    return {
        "proposals": list(proposals.order_by("-pk")[:MOST_SHOWN]),
        "shared": [(row, name_of(row.user)) for row in shares.order_by("pk")[:MOST_SHOWN]],
    }


class SendingSidePanel(BaseSidePanel):
    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        aria_label = "打开或收起送稿与共享"
        icon_name = "mail"

    name = "sending"
    title = "送稿与共享"
    template_name = "newsroom/sending_panel.html"
    order = 340

    def get_context_data(self, parent_context):
        context, article, user = super().get_context_data(parent_context), self.object, self.request.user
        if not article.pk:
            return context | {"proposals": [], "shared": [], "sending_url": ""}
        allowed = may(user, "propose", article) or may(user, "share", article)
        url = reverse("article_sending", args=[article.pk]) if allowed else ""
        return context | sendings_of(article) | {"sending_url": url}
