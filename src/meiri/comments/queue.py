"""The moderators' queue in the newsroom: what waits, decided one by one or many at once, by mouse or by keyboard alone."""

from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from wagtail.admin import messages

from meiri.asked_numbers import LARGEST_ID, asked_number
from meiri.changes.models import CHOSEN
from meiri.comments.models import Comment, CommentReport, CommentState
from meiri.comments.moderation import (
    answer_comment,
    approve_comment,
    must_be_decided_by_another,
    pick_comment,
    reject_comment,
    unpick_comment,
)
from meiri.comments.official_answers import (
    change_answer,
    reach_of_answer,
    restore_answer,
    withdraw_answer,
)
from meiri.policy import visible
from meiri.policy.checked_view import CheckedView

PER_PAGE = 50
# Reports shown of a page of comments.
MOST_REPORTS = 200
# Address words of the lists, and what they are called.
LISTS = {
    "pending": "待审核",
    "appealed": "申诉",
    "flagged": "被举报",
    "unchecked": "先发未审",
    "approved": "已通过",
    "rejected": "未通过",
}
OLDEST_FIRST = ("pending", "appealed")
REASONS = ["广告或推广", "人身攻击", "违法违规信息", "与稿件无关", "泄露他人隐私", "重复发表"]
DEEDS = {"approve": "已通过", "reject": "未通过", "pick": "已精选", "unpick": "已取消精选"}


class ModeratorsView(CheckedView):
    page_title = "评论审核"
    header_icon = "comment"

    deed, thing = "moderate", Comment


def ids_in(words: list[str]) -> list[int]:
    """The keys among `words`, at most a page of them."""
    return [key for word in words if (key := asked_number(word)) is not None][:PER_PAGE]


def with_what_is_shown(comments):
    return comments.select_related("article__channel", "member", "decided_by", "reply_to")


class QueueView(ModeratorsView):
    template_name = "comments/admin/queue.html"
    breadcrumbs_items = [
        *ModeratorsView.breadcrumbs_items,
        {"url": "", "label": "评论审核"},
    ]

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.which = request.GET.get("list") if request.GET.get("list") in LISTS else "pending"

    def get(self, request):
        return self.render_to_response(self.get_context_data())

    def post(self, request):
        """Do the deed to the comments that were ticked, or to the one whose own button was pressed."""
        deed, _, one = request.POST.get("deed", "").partition("-")
        ids = ids_in([one] if one else request.POST.getlist("comment"))
        done, refused = [], []
        try:
            deed_of = self.deed_of(deed)
            comments = list(visible(self.request.user, Comment.objects.filter(pk__in=ids), "moderate"))
            if not comments:
                raise ValidationError("请先勾选评论。")
        except ValidationError as error:
            refused = error.messages
            comments = []
        for comment in comments:
            try:
                deed_of(comment)
                done.append(comment.pk)
            except ValidationError as error:
                refused += error.messages
        return self.told(deed, done, list(dict.fromkeys(refused)))

    def deed_of(self, deed: str) -> Callable[[Comment], Comment]:
        """What to do to each comment. Raises `ValidationError` where nothing can be done."""
        by, post = self.request.user, self.request.POST
        match deed:
            case "approve":
                return lambda comment: approve_comment(comment, by)
            case "reject":
                reason = post.get("other_reason", "").strip() or post.get("reason", "")
                return lambda comment: reject_comment(comment, reason, by)
            case "pick":
                return lambda comment: pick_comment(comment, by)
            case "unpick":
                return lambda comment: unpick_comment(comment, by)
        raise ValidationError("请选择要做的事。")

    def told(self, deed: str, done: list[int], refused: list[str]):
        words = f"{len(done)} 条评论{DEEDS[deed]}。" if done else ""
        if not self.request.accepts("text/html"):
            return JsonResponse(
                {"done": done, "said": words, "refused": refused}, status=200 if done else 422
            )
        if words:
            messages.success(self.request, words)
        for message in refused:
            messages.error(self.request, message)
        return redirect(f"{reverse('comments_queue')}?list={self.which}")

    def get_context_data(self, **kwargs):
        found = self.comments()
        more = len(found) > PER_PAGE
        found = found[:PER_PAGE]
        return super().get_context_data(
            comments=with_reports(found),
            lists=LISTS.items(),
            which=self.which,
            reasons=REASONS,
            next=found[-1].pk if more else None,
            **kwargs,
        )

    def comments(self) -> list[Comment]:
        """One page and one more. What waits is listed oldest first, what is decided newest first."""
        comments = with_what_is_shown(visible(self.request.user, Comment.objects.all(), "moderate"))
        match self.which:
            case "appealed":
                comments = comments.appealed()
            case "flagged":
                comments = comments.flagged()
            case "unchecked":
                comments = comments.unchecked()
            case state:
                comments = comments.filter(state=CommentState(state))
        start = next(iter(ids_in([self.request.GET.get("from", "")])), None)
        if self.which in OLDEST_FIRST:
            comments = comments.filter(pk__gt=start) if start else comments
            return list(comments.order_by("pk")[: PER_PAGE + 1])
        comments = comments.filter(pk__lt=start) if start else comments
        return list(comments.order_by("-pk")[: PER_PAGE + 1])


def with_reports(comments: list[Comment]) -> list[tuple[Comment, list[CommentReport]]]:
    """Each comment with what readers said when they reported it. One query where some were reported, else none."""
    reported = [c.pk for c in comments if c.reports]
    by_comment: dict[int, list[CommentReport]] = {}
    if reported:
        for report in CommentReport.objects.filter(comment__in=reported).order_by("-pk")[:MOST_REPORTS]:
            by_comment.setdefault(report.comment_id, []).append(report)
    return [(c, by_comment.get(c.pk, [])) for c in comments]


class CommentView(ModeratorsView):
    """One comment: what its writer wrote before and what was decided of that; where the newsroom answers it."""

    template_name = "comments/admin/comment.html"

    def setup(self, request, *args, comment_id, **kwargs):
        super().setup(request, *args, **kwargs)
        if comment_id > LARGEST_ID:
            raise Http404
        self.comment = get_object_or_404(with_what_is_shown(Comment.objects), pk=comment_id)

    def get_breadcrumbs_items(self):
        queue = {"url": reverse("comments_queue"), "label": "评论审核"}
        return [*self.breadcrumbs_items, queue, {"url": "", "label": "一条评论"}]

    def get(self, request, **kwargs):
        return self.render_to_response(self.get_context_data())

    def post(self, request, **kwargs):
        given, by = request.POST, request.user
        text, reason = given.get("text", ""), given.get("reason", "")
        deeds: dict[str, tuple[Callable[[], Comment], str]] = {
            "": (lambda: answer_comment(self.comment, text, by), "官方回复已发表。"),
            "change": (
                lambda: change_answer(self.comment, text, given.get("kind", ""), reason, by),
                "回复已修改，读者可以看到修改记录。",
            ),
            "withdraw": (lambda: withdraw_answer(self.comment, reason, by), "回复已撤回，原处写明了原因。"),
            "restore": (lambda: restore_answer(self.comment, reason, by), "回复已恢复。"),
        }
        try:
            if given.get("deed", "") not in deeds:
                raise ValidationError("请选择要做的事。")
            act, said = deeds[given.get("deed", "")]
            act()
        except ValidationError as error:
            messages.error(request, error.messages[0])
            return self.render_to_response(
                self.get_context_data(given=given, reasons={given.get("deed"): reason}), status=422
            )
        messages.success(request, said)
        return redirect(request.path)

    def get_context_data(self, **kwargs):
        number = next(iter(ids_in([self.request.GET.get("from", "")])), None)
        earlier = with_what_is_shown(Comment.objects.of_person(self.comment))
        earlier = list((earlier.filter(pk__lt=number) if number else earlier)[: PER_PAGE + 1])
        more = len(earlier) > PER_PAGE
        is_answer = self.comment.official and self.comment.state == CommentState.APPROVED
        reports = CommentReport.objects.filter(comment=self.comment).order_by("-pk")[:PER_PAGE]
        return super().get_context_data(
            comment=self.comment,
            reports=reports,
            earlier=earlier[:PER_PAGE],
            next=earlier[PER_PAGE - 1].pk if more else None,
            is_answer=is_answer,
            standing=reach_of_answer(self.comment) if is_answer and not self.comment.withdrawn_text else None,
            kinds=CHOSEN,
            for_another=must_be_decided_by_another(self.comment, self.request.user),
            **kwargs,
        )
