"""Who is on duty, as alarms name them. The app that keeps the roster registers it; where none does, nobody is named."""

from collections.abc import Callable, Sequence

_roster: Callable[[], Sequence[str]] | None = None


def register_roster(named: Callable[[], Sequence[str]]) -> None:
    """Let `named` say who is on duty now: each with role, name and telephone, in words."""
    global _roster
    _roster = named


def who_is_on_duty() -> Sequence[str]:
    """Those who are on duty now, in words."""
    return _roster() if _roster else ()


def alarm_with_duty(text: str) -> str:
    """An alarm that ends with those who are on duty now."""
    people = who_is_on_duty()
    return f"{text}现在值班：{'、'.join(people)}。" if people else text
