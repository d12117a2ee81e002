"""The form in which a reader votes."""

from django import forms

from meiri.comments.asking_form import AskingForm
from meiri.polls.asked_polls import AskedPoll


class OneOfSeveral(forms.CheckboxSelectMultiple):
    """Radio buttons whose value is a list, as that of check boxes is."""

    input_type = "radio"


class VoteForm(AskingForm):
    """What there is to choose in a poll."""

    def __init__(self, poll: AskedPoll, *args, **kwargs):
        super().__init__(*args, **{"auto_id": "poll_%s", **kwargs})
        self.poll = poll
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
