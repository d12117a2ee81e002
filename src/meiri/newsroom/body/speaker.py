"""Who said a quotation, where its last line tells that (“——村民”). Used without Django too, as `bounds.py` is."""

import re
from collections.abc import Sequence

_SPEAKER_LINE = re.compile(r"(?:——|—|--)\s*(.{2,80})")


def split_speaker(lines: Sequence[str]) -> tuple[str, str]:
    """The words of a quotation, and who said them; "" where the lines do not tell."""
    found = _SPEAKER_LINE.fullmatch(lines[-1]) if len(lines) > 1 else None
    return "\n".join(lines[:-1] if found else lines), found[1] if found else ""
