"""The form in which a reader votes."""

from django import forms
from django.utils.datastructures import MultiValueDict

from meiri.comments.asking import choose_question, is_right, question_of
from meiri.polls.asked_polls import AskedPoll
from meiri.visitors.forms import LineField, VisitorForm


class OneOfSeveral(forms.CheckboxSelectMultiple):
    """Radio buttons whose value is a list, as that of check boxes is."""

    input_type = "radio"


class VoteForm(VisitorForm):
    """What there is to choose in a poll and, once there is something to answer, a question that shows that a person votes."""

    asked = forms.CharField(required=False, widget=forms.HiddenInput, max_length=400)
    answer = LineField(
        label="请回答",
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    data: MultiValueDict

    def __init__(self, poll: AskedPoll, *args, **kwargs):
        super().__init__(*args, **{"auto_id": "poll_%s", **kwargs})
        self.poll = poll
        self.question = ""
        several = f"请选 1 至 {poll.most} 项。"
        words = {
            "required": "请先选一项。" if poll.is_single else several,
            "invalid_choice": "请从列出的选项里选。",
        }
        self.fields["choice"] = forms.MultipleChoiceField(
            label=poll.question,
            choices=list(poll.choices.items()),
            widget=OneOfSeveral if poll.is_single else forms.CheckboxSelectMultiple,
            error_messages=words,
        )
        self._several = several

    def clean_choice(self):
        chosen = self.cleaned_data["choice"]
        if len(chosen) > self.poll.most:
            raise forms.ValidationError(self._several)
        return chosen

    def answers_rightly(self) -> bool:
        data = self.cleaned_data
        return is_right(data["asked"], data["once"], data["answer"])

    def ask(self) -> None:
        """Ask a question before the vote is counted: again the same one, where the form was sent with one."""
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
