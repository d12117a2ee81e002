"""What the site holds of somebody here: which reviews they did, what they remarked. The sheets that name them stay: they are what was published."""

from meiri.personal.personal_data import PersonalData, register_personal_data
from meiri.review.margin_notes import MarginAnswer, MarginNote
from meiri.review.review_exceptions import ReviewException
from meiri.review.states import ReviewState


def _rows(user) -> list[dict]:
    done = ReviewState.objects.filter(finished_by=user).select_related("task").order_by("pk")
    reviews = [
        {
            "时间": state.finished_at,
            "审校": state.task.name,
            "结论": state.get_verdict_display(),
            "意见": state.comment,
        }
        for state in done.iterator()
    ]
    notes = MarginNote.objects.filter(by=user).order_by("pk")
    reviews += [{"时间": note.at, "原文": note.quote, "旁注": note.text} for note in notes.iterator()]
    answers = MarginAnswer.objects.filter(by=user).order_by("pk")
    reviews += [{"时间": answer.at, "旁注答复": answer.text} for answer in answers.iterator()]
    granted = ReviewException.objects.filter(by=user).order_by("pk")
    return reviews + [{"时间": one.at, "批准例外": one.reason} for one in granted.iterator()]


register_personal_data(PersonalData("审校", _rows, erase=lambda user: None))
