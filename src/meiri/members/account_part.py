"""What members see of what they sent in, on the account page."""

from django.urls import reverse

from meiri.members.models import Manuscript
from meiri.personal.account_parts import MOST_LINES, AccountLine, AccountPart, register_account_part


def _lines(user) -> list[AccountLine]:
    sent = Manuscript.objects.filter(member=user).order_by("-pk")[:MOST_LINES]
    return [AccountLine(m.title, reverse("member-contributing"), m.in_words, m.sent_at) for m in sent]


register_account_part(
    AccountPart(
        title="我的来稿",
        order=40,
        lines=_lines,
        links=lambda: [("通讯员投稿", reverse("member-contributing"))],
        empty="还没有投过稿。",
    )
)
