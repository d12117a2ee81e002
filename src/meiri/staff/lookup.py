"""Look a person up by the number or the exact name; never a list."""

from datetime import timedelta

from django import forms
from django.db.models import Q

from meiri.delivery.script import simplified
from meiri.staff.models import PressCard, tidy
from meiri.visitors.forms import LineField
from meiri.visitors.rate_limits import RateLimit

# People of one name; a number has one card.
MOST_CARDS = 5
MOST = 20
PERIOD = timedelta(minutes=10)


class LookupForm(forms.Form):
    q = LineField(
        label="证件编号或姓名",
        min_length=2,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "enterkeyhint": "search"}),
        help_text="请填写完整的证件编号，或完整、准确的姓名。",
        error_messages={
            "required": "请填写证件编号或姓名。",
            "min_length": "请填写完整的证件编号或姓名。",
            "max_length": "证件编号或姓名不超过 %(limit_value)d 个字。",
        },
    )


def looks_up_too_often(request) -> bool:
    return not RateLimit("staff", MOST, PERIOD).hit_by_address(request)


def find_card(words: str) -> list[PressCard]:
    """The cards with exactly this number or this name, in either script. One query."""
    words = tidy(words)
    cards = PressCard.objects.filter(Q(number=words.upper()) | Q(name__in={words, simplified(words)}))
    return list(cards.select_related("station", "photograph", "author").order_by("number")[:MOST_CARDS])
