"""How editors change articles: the form, whose articles they may open, and withdrawal with a reason."""

from django import forms
from django.shortcuts import redirect
from django.utils.functional import cached_property
from wagtail.admin import messages
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.ui.components import MediaContainer
from wagtail.admin.ui.side_panels import BaseSidePanel
from wagtail.snippets.views.snippets import CreateView, EditView, UnpublishView

from meiri.newsroom.models import Article
from meiri.newsroom.permissions import policy
from meiri.newsroom.publishing import LONGEST_REASON, withdraw


class ArticleForm(WagtailAdminModelForm):
    """An editor can file an article only where the editor's desk covers."""

    def clean(self):
        cleaned = super().clean()
        channel, stations = cleaned.get("channel"), cleaned.get("stations") or []
        moved = channel and channel.pk != self.initial.get("channel")
        if moved and self.for_user and not policy.covers(self.for_user, channel, stations):
            self.add_error("channel", "您的采编分工不包括这个频道，请另选频道或联系管理员。")
        return cleaned

    def save(self, commit=True):
        if self.instance.pk is None and self.for_user and self.for_user.is_authenticated:
            self.instance.created_by = self.for_user
        return super().save(commit=commit)


class PolicyAtHand:
    """The policy on articles, asked about one of them whenever Wagtail asks about articles in general."""

    def __init__(self, article: Article):
        self.article = article

    def user_has_permission(self, user, action) -> bool:
        return policy.user_has_permission_for_instance(user, action, self.article)

    def user_has_any_permission(self, user, actions) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)

    def __getattr__(self, name):
        return getattr(policy, name)


class AtHand:
    """For a view of one article. Wagtail's ask what a user may do to articles; the desk decides on this article."""

    @cached_property
    def permission_policy(self):
        pk = self.kwargs.get("pk") or self.pk  # some of Wagtail's views keep it to themselves
        article = Article.objects.only("pk", "first_published_at").filter(pk=pk).first()
        return PolicyAtHand(article) if article else policy


def at_hand(view_class: type) -> type:
    """The view of one article as the desk's editors may open it."""
    return type(f"{view_class.__name__}AtHand", (AtHand, view_class), {})


# What stands beside the form while an article is written. Apps above the newsroom add theirs when they are ready.
side_panels: list[type[BaseSidePanel]] = []


class BesideTheForm:
    """For a view of the form of an article: Wagtail's side panels, and those of other apps."""

    def get_side_panels(self):
        panels = super().get_side_panels()
        if self.expects_json_response:  # an article saved by itself: the panels stand on the page
            return panels
        article = self.form.instance
        return MediaContainer([*panels, *(panel(article, self.request) for panel in side_panels)])


class ArticleCreateView(BesideTheForm, CreateView):
    pass


class ArticleEditView(BesideTheForm, AtHand, EditView):
    pass


class WithdrawalForm(forms.Form):
    reason = forms.CharField(
        label="撤稿原因",
        max_length=LONGEST_REASON,
        help_text="读者打开原地址时会看到这个原因，日志也会记下。",
        error_messages={"required": "请写明撤稿原因。"},
    )


class WithdrawView(AtHand, UnpublishView):
    """Withdrawal asks for the reason that readers are told."""

    page_title = "撤稿"
    template_name = "newsroom/withdraw.html"
    permission_required = "publish"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        context.setdefault("form", WithdrawalForm())
        return context

    def post(self, request, *args, **kwargs):
        form = WithdrawalForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        withdraw(self.object, form.cleaned_data["reason"], by=request.user)
        messages.success(request, f"《{self.object.title}》已撤下，读者不再能看到。")
        return redirect(self.get_next_url())
