"""The tables of docs/journal.md: content keys and kinds of entries, as the code declares them."""

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from types import NoneType
from typing import get_args, get_type_hints

from meiri.journal.content_keys import FORMS, ContentKey, KeyForm
from meiri.journal.events import JournalEvent, KeyForms, declared_events, field_names
from meiri.journal.public_models import Public, declared_models
from meiri.journal.row_events import RowEvent, row_events_of

TABLE = re.compile(r"(<!-- table: ([a-z]+) -->\n).*?(?=<!-- end -->)", re.DOTALL)


def described(document: str, tables: Mapping[str, Callable[[], str]] | None = None) -> str:
    """`document` with its tables, each between `<!-- table: NAME -->` and `<!-- end -->`, as they should be: the journal's where
    no others are given. Raises `KeyError` for a table that nobody knows."""
    known = TABLES if tables is None else tables
    return TABLE.sub(lambda found: found[1] + known[found[2]](), document)


def markdown_table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table of Markdown, its rows cell by cell."""
    heads = list(heads)
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def table_of_keys() -> str:
    return markdown_table(["key", "what it names"], ([f"`{form.example}`", form.names] for form in FORMS))


def table_of_kinds() -> str:
    """The kinds that functions append themselves."""
    events = [event for event in declared_events() if not issubclass(event, RowEvent)]
    return markdown_table(
        ["kind", "when", "payload", "keys"],
        (
            [
                f"`{event.kind}`",
                " ".join(str(inspect.getdoc(event)).split()),
                _payload(event),
                _keys(event.key_forms),
            ]
            for event in events
        ),
    )


def table_of_rows() -> str:
    """The kinds of rows that editors keep."""
    rows = []
    for model, declared in declared_models():
        if isinstance(declared, Public) and not declared.deeds:
            events = row_events_of(model)
            shown = [events.created] if declared.appears else []
            own = [event for event in (*shown, events.changed, events.deleted) if issubclass(event, RowEvent)]
            kinds = ", ".join(f"`{event.kind}`" for event in own)
            fields = ", ".join(f"`{name}`" for name in (*declared.fields, *declared.relations))
            if kinds:
                rows.append([kinds, fields, _keys(declared.key_forms)])
    return markdown_table(["kinds", "what readers see of such a row", "keys"], sorted(rows))


def _payload(event: type[JournalEvent]) -> str:
    hints = get_type_hints(event)
    optional = {name for name in field_names(event) if NoneType in get_args(hints[name])}
    return ", ".join(f"`{name}`{'?' * (name in optional)}" for name in field_names(event)) or "none"


def _keys(forms: KeyForms) -> str:
    return ", ".join(f"`{_example(form)}`" for form in forms) or "none"


def _example(form: KeyForm | ContentKey) -> str:
    return form.example if isinstance(form, KeyForm) else form


TABLES = {"keys": table_of_keys, "kinds": table_of_kinds, "rows": table_of_rows}
