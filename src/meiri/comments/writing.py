"""A reader writes a comment."""

from datetime import timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction

from meiri.comments.models import LONGEST, Comment
from meiri.comments.moderation import approve
from meiri.newsroom.models import Article
from meiri.sections.models import CommentPolicy
from meiri.visitors.counting import times
from meiri.visitors.forms import NicknameField, PlainTextField, VisitorForm

# So many comments an address may send in so long. Schools and offices share an address.
MOST = 10
PERIOD = timedelta(minutes=10)


class CommentForm(VisitorForm):
    name = NicknameField(
        label="昵称",
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
        error_messages={"required": "请填写昵称。", "max_length": "昵称请控制在 %(limit_value)d 字以内。"},
    )
    text = PlainTextField(
        label="评论",
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=f"不超过 {LONGEST} 字。",
        error_messages={
            "required": "请写下评论内容。",
            "max_length": "评论请控制在 %(limit_value)d 字以内，现在是 %(show_value)d 字。",
        },
    )
    reply_to = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, article: Article, member=None, **kwargs):
        # Its names are its own, because it stands in the article's page.
        super().__init__(*args, **{"auto_id": "comment_%s", **kwargs})
        self.article, self.member = article, member
        # Never the name that an account signs in with.
        self.signature = (member.nickname or "会员") if member else ""
        if member:
            del self.fields["name"]

    def clean_reply_to(self):
        """The thread to answer in: of the comment itself, or of the one that it answers."""
        number = self.cleaned_data["reply_to"]
        if not number:
            return None
        comments = Comment.objects.approved().select_related("reply_to")
        answered = comments.filter(pk=number, article=self.article).first()
        if answered is None:
            raise ValidationError("您回复的评论已不在，请直接发表评论。")
        return answered.reply_to or answered


def too_many(request) -> bool:
    return times(request, "comment", PERIOD) > MOST


@transaction.atomic
def submit(form: CommentForm) -> Comment:
    """Keep the comment of a valid form; the same form sent again gives the same comment."""
    data = form.cleaned_data
    comment, new = Comment.objects.get_or_create(
        token_digest=form.token_digest,
        defaults={
            "article": form.article,
            "reply_to": data["reply_to"],
            "member": form.member,
            "name": form.signature or data["name"],
            "text": data["text"],
        },
    )
    if new and form.article.comments_by == CommentPolicy.OPEN:
        comment = approve(comment)
    return comment
