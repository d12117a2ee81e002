"""The moderators' queue in the newsroom: what waits, decided one by one or many at once."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import redirect
from django.urls import reverse
from django.views.generic import View
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from meiri.comments.models import Comment, State
from meiri.comments.moderation import PERMISSION, approve, reject

PER_PAGE = 50
# Address words of the lists, and what they are called.
LISTS = {
    "pending": "待审核",
    "unchecked": "先发未审",
    "approved": "已通过",
    "rejected": "未通过",
}
REASONS = ["广告或推广", "人身攻击", "违法违规信息", "与稿件无关", "泄露他人隐私", "重复发表"]


class QueueView(WagtailAdminTemplateMixin, View):
    page_title = "评论审核"
    header_icon = "comment"
    template_name = "comments/admin/queue.html"
    breadcrumbs_items = [
        *WagtailAdminTemplateMixin.breadcrumbs_items,
        {"url": "", "label": "评论审核"},
    ]

    def dispatch(self, request, *args, **kwargs):
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        self.which = request.GET.get("list") if request.GET.get("list") in LISTS else "pending"
        return super().dispatch(request, *args, **kwargs)

    def get(self, request):
        return self.render_to_response(self.get_context_data())

    def post(self, request):
        """Decide on the comments that were ticked."""
        ids = [int(i) for i in request.POST.getlist("comment") if i.isascii() and i.isdigit() and len(i) < 19]
        deed = request.POST.get("deed")
        reason = request.POST.get("other_reason", "").strip() or request.POST.get("reason", "")
        comments = list(Comment.objects.filter(pk__in=ids[:PER_PAGE]))
        try:
            if not comments:
                raise ValidationError("请先勾选评论。")
            for comment in comments:
                if deed == "approve":
                    approve(comment, request.user)
                elif deed == "reject":
                    reject(comment, reason, request.user)
                else:
                    raise ValidationError("请选择“通过”或“不通过”。")
        except ValidationError as error:
            messages.error(request, error.messages[0])
        else:
            done = "通过" if deed == "approve" else "不通过"
            messages.success(request, f"{len(comments)} 条评论已{done}。")
        return redirect(f"{reverse('comments_queue')}?list={self.which}")

    def get_context_data(self, **kwargs):
        found = self.comments()
        more = len(found) > PER_PAGE
        found = found[:PER_PAGE]
        return super().get_context_data(
            comments=found,
            lists=LISTS.items(),
            which=self.which,
            reasons=REASONS,
            next=found[-1].pk if more else None,
            **kwargs,
        )

    def comments(self) -> list[Comment]:
        """One page and one more. What waits is listed oldest first, what is decided newest first."""
        comments = Comment.objects.select_related("article__channel", "member", "decided_by", "reply_to")
        comments = (
            comments.unchecked() if self.which == "unchecked" else comments.filter(state=State(self.which))
        )
        words = self.request.GET.get("from", "")
        start = int(words) if words.isascii() and words.isdigit() and len(words) < 19 else None
        if self.which == "pending":
            comments = comments.filter(pk__gt=start) if start else comments
            return list(comments.order_by("pk")[: PER_PAGE + 1])
        comments = comments.filter(pk__lt=start) if start else comments
        return list(comments.order_by("-pk")[: PER_PAGE + 1])
