"""What the site holds of a member here: how they voted."""

import secrets

from meiri.personal.personal_data import PersonalData, register_personal_data
from meiri.polls.models import Vote

ERASED_AT_ONCE = 500


def _reader(user) -> str:
    return f"member:{user.pk}"


def _votes(user) -> list[dict]:
    found = Vote.objects.filter(reader=_reader(user)).select_related("poll__article").order_by("pk")
    return [
        {
            "时间": vote.at,
            "稿件": vote.poll.article.title,
            "投票": vote.poll.question,
            "选了几项": len(vote.chosen),
        }
        for vote in found.iterator()
    ]


def _erase(user) -> None:
    """Votes stay counted, and are nobody's. Part of the transaction that deletes the account."""
    while votes := list(Vote.objects.filter(reader=_reader(user))[:ERASED_AT_ONCE]):
        for vote in votes:
            vote.reader, vote.chosen = f"gone:{secrets.token_urlsafe(16)}", []
        Vote.objects.bulk_update(votes, ["reader", "chosen"])


register_personal_data(PersonalData("投票", _votes, _erase))
