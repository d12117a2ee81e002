"""Who may do what, to what, where: the one object that every view asks, Wagtail's too."""

from meiri.policy.reach import may_enter
from meiri.policy.rules import (
    Rules,
    administers,
    administrators,
    among,
    check,
    may,
    register,
    rules_of,
    visible,
)

__all__ = [
    "Rules",
    "administers",
    "administrators",
    "among",
    "check",
    "may",
    "may_enter",
    "register",
    "rules_of",
    "visible",
]
