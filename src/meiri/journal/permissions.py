"""Who reads the journal: it is the nation's, and nobody changes it."""

from meiri.journal.models import Entry
from meiri.policy import Rules, register


class EntryRules(Rules):
    permissions = {"see": "journal.view_entry"}


def register_rules() -> None:
    register(EntryRules(Entry))
