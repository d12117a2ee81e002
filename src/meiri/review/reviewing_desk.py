"""审稿 in the admin: what waits for me, the text with what is decided about it, and the way of one article."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from wagtail.actions.publish_revision import PublishPermissionError
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from meiri.asked_numbers import asked_number
from meiri.asked_words import sentence_of
from meiri.newsroom.models import Article
from meiri.newsroom.newest_version import newest
from meiri.newsroom.reviewing import ReviewRefused
from meiri.policy import check
from meiri.policy.checked_view import CheckedView
from meiri.review.after_checks import AfterCheck
from meiri.review.chains import Lane, chain_of, lane_of
from meiri.review.letting_pass import check_afterwards, choose_fast_lane, grant_exception
from meiri.review.margin_notes_desk import notes_for
from meiri.review.permissions import may_except, may_hurry
from meiri.review.review_decisions import (
    OpenReview,
    ReviewDecision,
    decide,
    note_opening,
    open_review,
)
from meiri.review.review_records import record_of
from meiri.review.review_sheets import ReviewSheet
from meiri.review.reviewed_texts import changes_between, length_of_body, numbered_blocks
from meiri.review.states import ReviewState, ReviewVerdict, states_of
from meiri.review.waiting import checks_waiting_for, reviews_waiting_for

SHOWN = 50
# What a deed of the newsroom may raise that an editor can mend.
REFUSALS = (ReviewRefused, PublishPermissionError, ValidationError)


class ReviewingView(CheckedView):
    page_title = "审稿"
    header_icon = "clipboard-list"
    deed, thing = "see", Article
    breadcrumbs_items = [*WagtailAdminTemplateMixin.breadcrumbs_items, {"url": "", "label": "审稿"}]

    def breadcrumbs_below(self, label: str) -> list[dict[str, str]]:
        inbox = {"url": reverse("review_inbox"), "label": "审稿"}
        return [*WagtailAdminTemplateMixin.breadcrumbs_items, inbox, {"url": "", "label": label}]


class ReviewsWaitingView(ReviewingView):
    """What waits for the user, the first due first."""

    template_name = "review/inbox.html"

    def get(self, request):
        states = reviews_waiting_for(request.user).select_related("task", "workflow_state__requested_by")
        found = list(states.prefetch_related("revision__content_object__channel")[: SHOWN + 1])
        checks = checks_waiting_for(request.user).select_related("article__channel")[:SHOWN]
        return self.render_to_response(
            self.get_context_data(
                rows=[(state, state.revision.content_object) for state in found[:SHOWN]],
                more=len(found) > SHOWN,
                checks=checks,
                now=timezone.now(),
            )
        )


class ReviewView(ReviewingView):
    """One review: the text as readers will see it, what changed since it was read last, and the form for the decision."""

    template_name = "review/review.html"

    def check_permission(self):
        self.state = get_object_or_404(ReviewState, pk=self.kwargs["state_id"])
        article = Article.objects.filter(pk=self.state.workflow_state.object_id).first()
        if article is None:
            raise Http404
        check(self.request.user, "see", article)
        self.article = article

    def get_breadcrumbs_items(self):
        return self.breadcrumbs_below(str(newest(self.article)))

    def get(self, request, **kwargs):
        return self.show({})

    def show(self, given, status=200):
        try:
            review = open_review(self.state.pk)
        except ReviewRefused as refused:
            messages.warning(self.request, str(refused))
            return redirect("review_article", self.article.pk)
        refusal = review.refusal(self.request.user)
        if not refusal:
            note_opening(review, self.request.user)
        return self.render_to_response(
            self.get_context_data(review=review, refusal=refusal, given=given), status=status
        )

    def post(self, request, **kwargs):
        try:
            decision = decision_in(request.POST)
            decide(self.state.pk, request.user, request.POST.get("seen", ""), decision)
        except REFUSALS as error:
            messages.error(request, sentence_of(error))
            return self.show(request.POST, status=422)
        messages.success(request, self.told(decision))
        following = reviews_waiting_for(request.user).values_list("pk", flat=True).first()
        return redirect("review_one", following) if following else redirect("review_inbox")

    def told(self, decision: ReviewDecision) -> str:
        article = Article.objects.get(pk=self.article.pk)
        title = newest(article).title
        if decision.verdict != ReviewVerdict.ADOPT:
            return f"《{title}》{decision.verdict.label}，意见已告知作者。"
        if article.live and not article.has_unpublished_changes:
            return f"《{title}》审校完成，已经发布。"
        if at := article.scheduled_revision and article.scheduled_revision.approved_go_live_at:
            return f"《{title}》{self.state.task.name}采用，审校完成，定于 {timezone.localtime(at):%m-%d %H:%M:%S} 发布。"
        return f"《{title}》{self.state.task.name}采用。"

    def get_context_data(self, review: OpenReview, refusal: str, given, **kwargs):
        content = review.article.latest_revision.content if review.article.latest_revision else {}
        before = last_read(review, self.request.user)
        notes = {name.removeprefix("mark-"): given[name] for name in given if name.startswith("mark-")}
        checked = set(given.getlist("checked")) if given else set()
        return super().get_context_data(
            review=review,
            refusal=refusal,
            title=newest(review.article).title,
            blocks=[(key, kind, words, notes.get(key, "")) for key, kind, words in numbered_blocks(content)],
            whole_note=notes.get("", ""),
            characters=length_of_body(content),
            points=[(point, point in checked) for point in review.step.points],
            opinion=given.get("opinion", "") if given else "",
            before=before,
            changes=changes_between(before.revision.content, content) if before else [],
            done=[(step, standing_state(review, step.key)) for step in review.record.steps],
            **notes_for(self.request.user, review.article),
            earlier=[step for step in review.step.chain.current_steps if step.order < review.step.order],
            preview=reverse(
                "wagtailsnippets_newsroom_article:revisions_view",
                args=[review.article.pk, review.article.latest_revision_id],
            ),
            edit_url=reverse("wagtailsnippets_newsroom_article:edit", args=[review.article.pk]),
            following=reviews_waiting_for(self.request.user)
            .exclude(pk=review.state.pk)
            .values_list("pk", flat=True)
            .first(),
            **kwargs,
        )


def decision_in(given) -> ReviewDecision:
    """What the form says. Raises `ValidationError` where it says nothing that can be decided."""
    try:
        verdict = ReviewVerdict(given.get("verdict", ""))
    except ValueError:
        raise ValidationError("请选择采用、待用、修改或退稿。") from None
    return ReviewDecision(
        verdict,
        given.get("opinion", "").strip(),
        {
            name.removeprefix("mark-"): note.strip()
            for name, note in given.items()
            if name.startswith("mark-") and note.strip()
        },
        given.getlist("checked"),
        asked_number(given.get("back_to"), most_digits=11),
    )


def last_read(review: OpenReview, user) -> ReviewState | None:
    """The review in which this user, or else anybody, read an earlier text of the article last."""
    decided = states_of(review.article).exclude(verdict="").exclude(words=review.text.words)
    decided = decided.select_related("revision", "finished_by", "task").order_by("-pk")
    return decided.filter(finished_by=user).first() or decided.first()


def standing_state(review: OpenReview, step: int) -> ReviewState | None:
    """The review that stands for a step of this text."""
    adoption = review.record.standing.get(step)
    if adoption is None:
        return None
    return ReviewState.objects.select_related("finished_by", "acting_for").get(pk=adoption.state)


class WayView(ReviewingView):
    """The way of one article: its chain, all its reviews and sheets; where it is sent by the fast lane or let pass."""

    template_name = "review/way.html"

    def check_permission(self):
        self.article = get_object_or_404(Article, pk=self.kwargs["article_id"])
        check(self.request.user, "see", self.article)

    def get_breadcrumbs_items(self):
        return self.breadcrumbs_below(str(newest(self.article)))

    def get(self, request, **kwargs):
        return self.render_to_response(self.get_context_data())

    def post(self, request, **kwargs):
        reason = request.POST.get("reason", "")
        try:
            match request.POST.get("deed"):
                case "hurry":
                    choose_fast_lane(self.article, reason, request.user)
                    messages.success(request, "已改走应急流程，请重新送审。")
                case "except":
                    grant_exception(self.article, reason, request.user)
                    messages.success(request, "例外已批准并记入日志，这一稿现在可以发布。")
                case _:
                    raise ValidationError("请选择要做的事。")
        except REFUSALS as error:
            messages.error(request, sentence_of(error))
            return self.render_to_response(self.get_context_data(), status=422)
        return redirect("review_article", self.article.pk)

    def get_context_data(self, **kwargs):
        version, user = newest(self.article), self.request.user
        chain = chain_of(version, self.article.latest_revision)
        record = record_of(self.article, chain.rule_steps()) if chain else None
        current = self.article.current_workflow_task_state
        states = states_of(self.article).select_related("task", "finished_by", "acting_for")
        return super().get_context_data(
            title=version.title,
            chain=chain,
            steps=[
                (step, step.key in record.standing, bool(current and current.task_id == step.key))
                for step in record.steps
            ]
            if record
            else [],
            missing=record.missing if record else [],
            current=current if isinstance(current, ReviewState) else None,
            states=states.exclude(verdict="").order_by("-pk")[:SHOWN],
            sheets=ReviewSheet.objects.filter(article=self.article).order_by("-pk")[:SHOWN],
            **notes_for(user, self.article),
            may_hurry=bool(chain)
            and may_hurry(user, self.article)
            and lane_of(version, self.article.latest_revision) != Lane.FAST,
            may_except=bool(record and record.missing) and may_except(user, self.article),
            **kwargs,
        )


class AfterCheckView(ReviewingView):
    """发后复核: note that a published text was looked at again."""

    http_method_names = ["post"]

    def check_permission(self):
        self.after_check = get_object_or_404(
            AfterCheck.objects.select_related("article"), pk=self.kwargs["check_id"]
        )
        check(self.request.user, "see", self.after_check.article)

    def post(self, request, **kwargs):
        found = request.POST.get("found", "").strip()
        if request.POST.get("deed") == "wrong" and not found:
            messages.error(request, "请写明发现的问题。")
            return redirect("review_inbox")
        try:
            check_afterwards(self.after_check.pk, request.user, found)
        except (*REFUSALS, PermissionDenied) as error:
            messages.error(request, sentence_of(error))
            return redirect("review_inbox")
        title = self.after_check.article.title
        messages.success(
            request,
            f"《{title}》已复核。"
            if not found
            else f"《{title}》已复核，发现的问题已记入日志，请更正或撤稿。",
        )
        return redirect("review_inbox")
