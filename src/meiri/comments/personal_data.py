"""What the site holds of a member here: the comments they wrote."""

from django.db.models import Exists, OuterRef

from meiri.comments.events import CommentUnsigned
from meiri.comments.models import Comment, CommentState
from meiri.journal.content_keys import COMMENTS
from meiri.journal.log import append
from meiri.personal.personal_data import GONE, PersonalData, register_personal_data

# So many articles one entry of the journal names.
STEP = 500


def _comments(user) -> list[dict]:
    return [
        {"时间": c.created_at, "稿件": c.article.title, "内容": c.text, "状态": c.get_state_display()}
        for c in Comment.objects.filter(member=user).select_related("article").order_by("pk").iterator()
    ]


def _erase(user) -> None:
    """Comments that readers saw stay, signed by nobody; the others go. Part of the transaction that deletes the account."""
    written = Comment.objects.filter(member=user)
    answered = Exists(Comment.objects.filter(reply_to=OuterRef("pk")))
    written.exclude(state=CommentState.APPROVED).exclude(answered).delete()
    articles = sorted(set(written.values_list("article_id", flat=True)))
    written.update(name=GONE, member=None)
    for start in range(0, len(articles), STEP):
        keys = [COMMENTS.key(key) for key in articles[start : start + STEP]]
        append(CommentUnsigned(keys=keys, articles=len(keys)), "system")


register_personal_data(PersonalData("评论", _comments, _erase))
