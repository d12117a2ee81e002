"""Content keys of archives by date: a page of one day depends on that day of its section, not on the whole section."""

from datetime import date


def archive_key(section_key: str, period: str) -> str:
    """The key of one year, month or day of a section: `channel:keji/2026-11`; of the whole site, `river:2026-11`."""
    return f"{section_key}{'/' if ':' in section_key else ':'}{period}"


def periods(day: date) -> tuple[str, str, str]:
    """The year, the month and the day that `day` is in, as keys name them."""
    return f"{day:%Y}", f"{day:%Y-%m}", f"{day:%Y-%m-%d}"
