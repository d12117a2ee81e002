"""How editors change articles: the form, whose articles they may open, and withdrawal with a reason."""

from functools import partial

from django import forms
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from wagtail.actions.publish_revision import PublishPermissionError
from wagtail.admin import messages
from wagtail.admin.ui.components import MediaContainer
from wagtail.admin.ui.side_panels import BaseSidePanel
from wagtail.models import TaskState, WorkflowState
from wagtail.permissions import policy_registry
from wagtail.snippets.views.snippets import CreateView, EditView, UnpublishView

from meiri.journal.snippets import CopyFormView
from meiri.newsroom.compact_html import compact
from meiri.newsroom.draft_form import DraftForm
from meiri.newsroom.editing_together import CreatesOnce, SavesTogether
from meiri.newsroom.models import Article
from meiri.newsroom.people import people_of_newsroom
from meiri.newsroom.permissions import ADD, home_for, sole_station_of
from meiri.newsroom.picking import label_for_station, label_for_subsection
from meiri.newsroom.placing import stations_offered, take_back
from meiri.newsroom.posts import name_of
from meiri.newsroom.publication_checks import PublicationStopped
from meiri.newsroom.publishing import LONGEST_REASON, withdraw
from meiri.newsroom.reviewing import ReviewRefused
from meiri.newsroom.standing import standing_of
from meiri.policy import check, may
from meiri.policy.reach import reach
from meiri.sections.models import Channel, Subsection

NOT_COVERED = "您的采编分工不包括这个频道，请另选频道或联系主编。"
NOT_COVERED_YET = "您的采编分工不包括这个频道。请另选频道；或勾选您负责的地方站，在本站刊发并向这个频道送稿。"


class ArticleForm(DraftForm):
    """An editor files an article where the editor's desk covers; any other station is offered the article. A draft may wait to
    be filed."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.live and not self.instance.has_unpublished_changes:
            # What was said of the last change says nothing of the next.
            self.initial |= {"change_kind": "", "change_reason": ""}
        if self.for_user is None:
            return
        if "channel" in self.fields:
            field = self.fields["channel"]
            field.queryset = channels_for(self.for_user, self.instance)
            field.error_messages["invalid_choice"] = NOT_COVERED
        if "stations" in self.fields:
            if self.instance.pk:
                ticked = [*self.initial.get("stations", []), *stations_offered(self.instance)]
                self.initial["stations"] = list(dict.fromkeys(ticked))
            self.fields["stations"].label_from_instance = partial(label_for_station, self.for_user)
        if "subsections" in self.fields:
            self._offer_subsections()
        if "ai_checked_by" in self.fields:
            field = self.fields["ai_checked_by"]
            field.queryset, field.label_from_instance = people_of_newsroom(), name_of
            field.error_messages["invalid_choice"] = "核对人须是本社采编人员，请重新选择。"

    def _offer_subsections(self) -> None:
        """The field of sub-columns; a site that has none has no such field."""
        if not Subsection.objects.exists():
            del self.fields["subsections"]
            return
        field = self.fields["subsections"]
        field.queryset = Subsection.objects.select_related("channel", "station")
        field.label_from_instance = label_for_subsection

    def clean(self):
        cleaned = super().clean()
        channel, stations = cleaned.get("channel"), list(cleaned.get("stations") or [])
        if self.for_user is None:
            return cleaned
        if not self.is_filed:
            self._file(channel, stations)
        elif channel is None:
            return cleaned
        elif self.instance.home_station_id:
            if self.instance.home_station not in stations:
                self.add_error("stations", f"这是{self.instance.home_station}的稿件，请保留该地方站。")
        elif channel.pk != self.initial.get("channel") and not may(
            self.for_user, "add", self.instance, channel
        ):
            self.add_error("channel", NOT_COVERED)
        return cleaned

    def clean_subsections(self):
        """Only those of the article's channel and stations; of others the editor is told."""
        chosen = list(self.cleaned_data.get("subsections") or [])
        channel = self.cleaned_data.get("channel") if "channel" in self.fields else self.instance.channel
        stations = {station.pk for station in self.cleaned_data.get("stations") or ()}
        others = [one for one in chosen if not one.is_of(channel and channel.pk, stations)]
        if others:
            names = "、".join(f"“{one.full_name}”" for one in others)
            raise forms.ValidationError(f"{names}不是所属频道和地方站的子栏目，请去掉。")
        return chosen

    @property
    def is_filed(self) -> bool:
        """Whether it has a home that a desk looks after."""
        article = self.instance
        return bool(article.pk and (article.home_station_id or article.channel_id))

    def _file(self, channel: Channel | None, stations: list) -> None:
        """Give the article its home, or leave it to its author where nothing says where it belongs."""
        if channel is None and not stations:
            stations = sole_station_of(self.for_user)
        try:
            self.instance.home_station = home_for(self.for_user, channel, stations)
        except LookupError:
            if channel is not None:
                self.add_error("channel", NOT_COVERED_YET)

    def save(self, commit=True):
        if self.instance.pk is None and self.for_user and self.for_user.is_authenticated:
            self.instance.created_by = self.for_user
        if self.instance.pk and "stations" in self.cleaned_data:
            take_back(self.instance, self.cleaned_data["stations"], self.for_user)
        return super().save(commit=commit)


def channels_for(user, article: Article):
    """The channels that the form offers: those of the user's desks and that of the article; all of them where the user files
    for a station, which offers its articles to channels."""
    found = reach(user, ADD)
    if found.everywhere or found.stations:
        return Channel.objects.all()
    return Channel.objects.filter(Q(pk__in=found.channels) | Q(pk=article.channel_id))


class PolicyAtHand:
    """Wagtail's permission policy of articles, asked about one of them whenever Wagtail asks about articles in general."""

    def __init__(self, article: Article):
        self.article = article

    def user_has_permission(self, user, action) -> bool:
        return self.user_has_permission_for_instance(user, action, self.article)

    def user_has_any_permission(self, user, actions) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)

    def __getattr__(self, name):
        return getattr(policy_registry.get_by_type(Article), name)


class AtHand:
    """For every view of articles that Wagtail brings: where it shows one article, the policy is asked about this one."""

    @cached_property
    def permission_policy(self):
        pk = self.kwargs.get("pk") or getattr(
            self, "pk", None
        )  # some of Wagtail's views keep it to themselves
        article = Article.objects.filter(pk=pk).first() if pk else None
        return PolicyAtHand(article) if article else policy_registry.get_by_type(Article)

    def dispatch(self, request, *args, **kwargs):
        if isinstance(self.permission_policy, PolicyAtHand):
            check(request.user, "see", self.permission_policy.article)
        if task_state := kwargs.get("task_state_id"):
            # The address names an article and a review: they belong together.
            get_object_or_404(TaskState.objects.for_instance(self.permission_policy.article), pk=task_state)
        try:
            return super().dispatch(request, *args, **kwargs)
        except (PublicationStopped, ReviewRefused) as error:
            messages.error(request, str(error))
            return redirect("wagtailsnippets_newsroom_article:edit", kwargs["pk"])


def at_hand(view_class: type) -> type:
    """The view, asking about the article that it shows."""
    if issubclass(view_class, AtHand):
        return view_class
    return type(f"{view_class.__name__}AtHand", (AtHand, view_class), {})


# What stands beside the form while an article is written. Apps above the newsroom add theirs when they are ready.
side_panels: list[type[BaseSidePanel]] = []


class BesideTheForm:
    """For a view of the form of an article: Wagtail's side panels and those of other apps, and a page as small as may be."""

    def get_object(self, queryset=None):
        if self.request.method != "GET":
            return super().get_object(queryset)
        if not hasattr(self, "shown"):
            self.shown = super().get_object(queryset)
            if self.shown is not None:
                ask_once_of_reviews(self.shown)
        return self.shown

    def get_context_data(self, **kwargs):
        # What Wagtail's script of comments would read: articles have none of its comments.
        return super().get_context_data(**kwargs) | {"edit_handler_data": None}

    def render_to_response(self, context, **options):
        return compact(super().render_to_response(context, **options))

    def get_side_panels(self):
        panels = super().get_side_panels()
        # An article that saved itself, or was just made by that: the panels stand on the page.
        if self.expects_json_response or getattr(self, "hydrate_create_view", False):
            return panels
        article = self.form.instance
        return MediaContainer([*panels, *(panel(article, self.request) for panel in side_panels)])


def ask_once_of_reviews(article: Article) -> None:
    """For an article that is only shown: menus, panels and the lock of its form ask a dozen times where it is in its reviews. The first
    answer holds."""
    # The name by which Wagtail's lists bring the same.
    article._current_workflow_states = list(
        article.workflow_states.active().select_related("current_task_state__task").order_by("pk")
    )
    workflow = article.get_workflow()
    article.get_workflow = lambda: workflow  # type: ignore[method-assign]


class KeepsWhatItDoesNotPublish:
    """For a view of the form: what the editor may not publish is saved as a draft, and that is said."""

    def publish_action(self):
        try:
            return super().publish_action()
        except PublishPermissionError as error:
            messages.error(self.request, f"{error}稿件已存为草稿，可以送审。")
            self.action = self.actions[0]
            return None


class SubmitsToItsReview:
    """For a view of the form: which workflow an article takes follows from where it was filed just now."""

    def submit_action(self):
        workflow, begun = self.object.get_workflow(), self.object.current_workflow_state
        if begun and workflow and begun.workflow_id != workflow.pk:
            begun.cancel(user=self.request.user)
            begun = None
        if begun and begun.status == WorkflowState.STATUS_IN_PROGRESS:
            # Sent by somebody else meanwhile, from a form that was open before.
            messages.warning(self.request, "稿件已经送审，审校正在进行。您的改动已保存，不必再送。")
            self.action = self.actions[0]
            return None
        self.__dict__["workflow"], self.__dict__["workflow_state"] = workflow, begun
        return super().submit_action()


class SaysWhatWasNotSaved:
    """For a view of the form: a draft is saved without what can't be stored, and the editor is told."""

    def save_action(self):
        if not self.expects_json_response:
            for label, why in self.form.not_saved.items():
                messages.warning(self.request, f"{label}没有保存：{why}" if label else why)
        return super().save_action()

    def get_success_json(self):
        return super().get_success_json() | {"not_saved": self.form.not_saved}


class ArticleCreateView(
    CreatesOnce,
    SaysWhatWasNotSaved,
    SubmitsToItsReview,
    KeepsWhatItDoesNotPublish,
    BesideTheForm,
    CreateView,
):
    pass


class ArticleCopyView(CopyFormView):
    """The form of a copy, which is no draft before the view that adds has saved it."""

    extra_context = {"draft": None}


class ArticleEditView(
    SavesTogether,
    SaysWhatWasNotSaved,
    SubmitsToItsReview,
    KeepsWhatItDoesNotPublish,
    BesideTheForm,
    AtHand,
    EditView,
):
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
        return {**context, "standing": standing_of(self.object)}

    def post(self, request, *args, **kwargs):
        form = WithdrawalForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        withdraw(self.object, form.cleaned_data["reason"], by=request.user)
        messages.success(request, f"《{self.object.title}》已撤下，读者不再能看到。")
        return redirect("changes_of_thing", "article", self.object.pk)
