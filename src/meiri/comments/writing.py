"""The form in which a reader writes a comment."""

from django import forms

from meiri.comments.asking import choose_question, is_right, question_of
from meiri.comments.limits import Sender
from meiri.comments.models import LONGEST
from meiri.comments.proof_of_work import is_done
from meiri.comments.submission import Sent
from meiri.visitors.forms import LineField, NicknameField, PlainTextField, VisitorForm


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
    # See `work`.
    work = forms.CharField(required=False, widget=forms.HiddenInput)
    # See `asking`: shown once there is something to answer.
    asked = forms.CharField(required=False, widget=forms.HiddenInput, max_length=400)
    answer = LineField(
        label="请回答",
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args, member=None, **kwargs):
        # Its names are its own, because it stands in the article's page.
        super().__init__(*args, **{"auto_id": "comment_%s", **kwargs})
        self.member = member
        # Never the name that an account signs in with.
        self.signature = (member.nickname or "会员") if member else ""
        self.question = ""
        if member:
            del self.fields["name"]

    @property
    def token(self) -> str:
        """The form's token, which is also the key of the receipt."""
        return self.cleaned_data["once"]

    @property
    def worked(self) -> bool:
        return is_done(self.token, self.cleaned_data["work"])

    def answers_rightly(self) -> bool:
        return is_right(self.cleaned_data["asked"], self.token, self.cleaned_data["answer"])

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

    def ask(self) -> None:
        """Ask a question before the comment is taken: again the same one, where the form was sent with one."""
        question = question_of(self.cleaned_data["asked"], self.token)
        asked = self.cleaned_data["asked"]
        if question is None:
            question, asked = choose_question(self.token)
        else:
            self.add_error("answer", "答案不对，请再想一想。")
        self.data = {**{name: self.data[name] for name in self.data}, "asked": asked, "once": self.token}
        self.question = question
