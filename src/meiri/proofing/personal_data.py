"""What the site holds of a member here: the hints that an editor let pass. They stay with the articles, without the name."""

from meiri.personal.personal_data import PersonalData, register_personal_data
from meiri.proofing.models import Dismissal


def _rows(user) -> list[dict]:
    rows = Dismissal.objects.filter(by=user).select_related("article").order_by("pk")
    return [
        {"时间": row.at, "稿件": row.article.title, "文字": row.words, "原因": row.reason}
        for row in rows.iterator()
    ]


def _erase(user) -> None:
    """Deleting the account takes the name away."""


register_personal_data(PersonalData("忽略的校对提示", _rows, _erase))
