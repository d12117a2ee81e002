"""What pages show of the members who wrote comments: their avatars."""

from collections.abc import Iterable

from django.contrib.auth import get_user_model
from django.db.models import Prefetch, prefetch_related_objects

from meiri.comments.models import Comment
from meiri.delivery.keys import uses
from meiri.journal.content_keys import AVATAR


def look_up_commenters(comments: Iterable[Comment]) -> None:
    """Look up the members among those who wrote `comments`, with their avatars, and note that the page shows them. One query, none
    where nobody is a member."""
    written = [comment for comment in comments if comment.member_id]
    if not written:
        return
    shown = ("nickname", "avatar__file", "avatar__state")
    members = get_user_model()._default_manager.select_related("avatar").only(*shown)
    prefetch_related_objects(written, Prefetch("member", members))
    uses(*(AVATAR.key(number) for number in {comment.member_id for comment in written} if number))
