"""What the journal says of the navigation as a whole."""

from dataclasses import dataclass

from meiri.journal.content_keys import NAV
from meiri.journal.events import JournalEvent, declared


@declared
@dataclass(frozen=True, kw_only=True)
class NavigationChanged(JournalEvent):
    """The navigation changed. Old journals have such entries; now each row of the navigation has kinds of its own."""

    kind = "navigation.changed"
    label = "导航：修改"
    key_forms = (NAV,)
    removes_content = False
