"""A form of visitors that may ask a question before it takes what was sent."""

from django import forms
from django.utils.datastructures import MultiValueDict

from meiri.comments.asking import choose_question, is_right, question_of
from meiri.visitors.forms import LineField, VisitorForm


class AskingForm(VisitorForm):
    """`question`: what is asked, once there is something to answer; else empty."""

    data: MultiValueDict

    # See `asking`.
    asked = forms.CharField(required=False, widget=forms.HiddenInput, max_length=400)
    answer = LineField(
        label="请回答",
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    question = ""

    def answers_rightly(self) -> bool:
        data = self.cleaned_data
        return is_right(data["asked"], data["once"], data["answer"])

    def ask(self) -> None:
        """Ask a question before what was sent is taken: again the same one, where the form was sent with one."""
        token, asked = self.cleaned_data["once"], self.cleaned_data["asked"]
        question = question_of(asked, token)
        if question is None:
            question, asked = choose_question(token)
        else:
            self.add_error("answer", "答案不对，请再想一想。")
        self.resend(asked=asked, once=token)
        self.question = question

    def resend(self, **fields: str) -> None:
        """Show what was sent once more, but for these fields."""
        sent = {name: self.data.getlist(name) for name in self.data}
        self.data = MultiValueDict({**sent, **{name: [value] for name, value in fields.items()}})
