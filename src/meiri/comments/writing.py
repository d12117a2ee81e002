"""A reader writes a comment."""

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction

from meiri.comments.asking import ask, is_right, question_of
from meiri.comments.closing import policy_of
from meiri.comments.models import LONGEST, Comment
from meiri.comments.moderation import approve
from meiri.comments.rules import Verdict, in_force, judge
from meiri.comments.work import is_done
from meiri.newsroom.models import Article
from meiri.sections.models import CommentPolicy
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

    def __init__(self, *args, article: Article, member=None, **kwargs):
        # Its names are its own, because it stands in the article's page.
        super().__init__(*args, **{"auto_id": "comment_%s", **kwargs})
        self.article, self.member = article, member
        # Never the name that an account signs in with.
        self.signature = (member.nickname or "会员") if member else ""
        self.question = ""
        self.verdict = Verdict("")
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

    def clean(self):
        """What the newsroom's word rules say. Nothing is kept of a comment that they refuse; its writer is told why."""
        data = super().clean()
        rules = in_force()
        if data.get("name") and judge(data["name"], rules) != Verdict(data["name"]):
            self.add_error("name", "昵称含有不能使用的词语，请换一个。")
        if data.get("text"):
            self.verdict = judge(data["text"], rules)
            if self.verdict.refused:
                self.add_error("text", f"没有发表：{'、'.join(self.verdict.refused)}。修改后可以再发。")
        return data

    @property
    def token(self) -> str:
        """The form's token, which is also the key of the receipt."""
        return self.cleaned_data["once"]

    @property
    def worked(self) -> bool:
        return is_done(self.token, self.cleaned_data["work"])

    def answers_rightly(self) -> bool:
        return is_right(self.cleaned_data["asked"], self.token, self.cleaned_data["answer"])

    def ask(self) -> None:
        """Ask a question before the comment is taken: again the same one, where the form was sent with one."""
        question = question_of(self.cleaned_data["asked"], self.token)
        asked = self.cleaned_data["asked"]
        if question is None:
            question, asked = ask(self.token)
        else:
            self.add_error("answer", "答案不对，请再想一想。")
        self.data = {**{name: self.data[name] for name in self.data}, "asked": asked, "once": self.token}
        self.question = question


@transaction.atomic
def submit(form: CommentForm, visitor: str = "") -> Comment:
    """Keep the comment of a valid form; the same form sent again gives the same comment. `visitor`: the writer's mark."""
    data = form.cleaned_data
    comment, new = Comment.objects.get_or_create(
        token_digest=form.token_digest,
        defaults={
            "article": form.article,
            "reply_to": data["reply_to"],
            "member": form.member,
            "visitor": visitor,
            "name": form.signature or data["name"],
            "text": form.verdict.text,
            "note": form.verdict.note,
        },
    )
    if new and not form.verdict.held and policy_of(form.article) == CommentPolicy.OPEN:
        comment = approve(comment)
    return comment
