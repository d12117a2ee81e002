"""The tables of docs/export.md: what an exported site has and what stays behind, as the code says."""

import inspect
from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType

from meiri.ingest.leaving.row_lines import stored_as
from meiri.ingest.leaving.site_kinds import LEFT_OUT, SiteKind, site_kinds
from meiri.journal.describing import markdown_table

_TYPES = {
    "JSONField": "document",
    "BinaryField": "bytes",
    "DateTimeField": "moment",
    "DateField": "day",
    "TimeField": "time",
    "DecimalField": "decimal",
    "UUIDField": "UUID",
    "BooleanField": "true or false",
    "FloatField": "number",
}


def table_of_site_kinds() -> str:
    return markdown_table(
        ["files", "what", "fields"],
        (
            [f"`{kind.name}.*.jsonl`", _about(kind), "; ".join(map(_field, kind.fields))]
            for kind in site_kinds()
        ),
    )


def _about(kind: SiteKind) -> str:
    """The first sentence that the class says of itself; its name for editors where it says nothing."""
    written = inspect.cleandoc(kind.model.__dict__.get("__doc__") or "")
    if not written or written.startswith(f"{kind.model.__name__}("):
        written = str(kind.model._meta.verbose_name)
    return " ".join(written.split("\n\n")[0].split()).replace("|", "\\|")


def _field(field: Any) -> str:
    label = str(field.verbose_name)
    called = f" {label}" if not label.isascii() else ""
    return f"`{field.attname}`{called}: {_type_of(field)}{' or null' if field.null else ''}"


def _type_of(field: Any) -> str:
    if field.related_model is ContentType:
        return "`app.model`"
    if field.related_model is Permission:
        return "`app.model.code`"
    if field.related_model is not None:
        return f"of `{field.related_model._meta.label_lower}`"
    kind = stored_as(field)
    if kind.endswith(("IntegerField", "AutoField")):
        return "integer"
    return _TYPES.get(kind, "text")


def table_of_what_stays() -> str:
    rows = (
        [f"`{label.lower()}`" if "." in label else f"`{label}.*`", why] for label, why in LEFT_OUT.items()
    )
    return markdown_table(["rows", "why they stay behind"], sorted(rows))


SITE_TABLES: dict[str, Callable[[], str]] = {"kinds": table_of_site_kinds, "stays": table_of_what_stays}
