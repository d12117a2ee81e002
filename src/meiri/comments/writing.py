"""The form in which a reader writes a comment."""

from django import forms

from meiri.comments.asking_form import AskingForm
from meiri.comments.limits import Sender
from meiri.comments.models import LONGEST
from meiri.comments.proof_of_work import is_done
from meiri.comments.submission import Sent
from meiri.visitors.forms import NicknameField, PlainTextField


class CommentForm(AskingForm):
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
    # See `work`.
    work = forms.CharField(required=False, widget=forms.HiddenInput)
    field_order = ("website", "once", "name", "text", "reply_to", "work", "asked", "answer")

    def __init__(self, *args, member=None, **kwargs):
        # Its names are its own, because it stands in the article's page.
        super().__init__(*args, **{"auto_id": "comment_%s", **kwargs})
        self.member = member
        # Never the name that an account signs in with.
        self.signature = (member.nickname or "会员") if member else ""
        if member:
            del self.fields["name"]

    @property
    def token(self) -> str:
        """The form's token, which is also the key of the receipt."""
        return self.cleaned_data["once"]

    @property
    def worked(self) -> bool:
        return is_done(self.token, self.cleaned_data["work"])

    def sent(self, article: int, sender: Sender | None = None, visitor: str = "") -> Sent:
        """What a valid form sends about an article. `sender`: whose limits hold; `visitor`: the writer's mark."""
        data = self.cleaned_data
        return Sent(
            article=article,
            token_digest=self.token_digest,
            name=self.signature or data["name"],
            signed=bool(self.signature),
            text=data["text"],
            reply_to=data["reply_to"] or None,
            member=self.member and self.member.pk,
            visitor=visitor,
            sender=sender,
            answered=self.answers_rightly(),
        )
