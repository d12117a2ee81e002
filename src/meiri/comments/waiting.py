"""What of comments waits for moderators."""

from django.urls import reverse

from meiri.comments.models import Comment, CommentState
from meiri.newsroom.inbox import InboxItem, InboxSection, register_inbox
from meiri.policy import may, visible


class PendingComments(InboxSection):
    heading, order = "待审评论", 50

    def waiting(self, user):
        if not may(user, "moderate", Comment):
            return None
        pending = Comment.objects.filter(state=CommentState.PENDING)
        return visible(user, pending, "moderate").select_related("article").order_by("pk")

    def item(self, comment):
        address = reverse("comments_one", args=[comment.pk])
        return InboxItem(comment.text[:40], address, f"《{comment.article}》", comment.created_at)

    def address(self):
        return reverse("comments_queue")


def register() -> None:
    register_inbox(PendingComments())
