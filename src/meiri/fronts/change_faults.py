"""What is wrong with how a change of a published page was told: no reason, or a small repair that is none."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.html import strip_tags

from meiri.changes.models import ChangeKind
from meiri.newsroom.change_checks import check_small

# What a small repair may touch.
TEXTS = ("body", "intro", "summary", "words")


@dataclass(frozen=True)
class ChangeFault:
    field: str
    words: str


def fault_of_change(page, cleaned: dict[str, Any]) -> ChangeFault | None:
    """The fault of a form that changes `page`. One query where readers see the page and a kind was chosen, else none."""
    kind = cleaned.get("change_kind")
    if not kind or not page.live:
        return None
    if kind != ChangeKind.UPDATE and not cleaned.get("change_reason", "").strip():
        return ChangeFault("change_reason", "请写明修改了什么、为什么，读者会看到。")
    before = type(page)._base_manager.filter(pk=page.pk).first()
    if kind != ChangeKind.SMALL or before is None:
        return None
    for name in before.public.fields:
        field = before._meta.get_field(name)
        ours, theirs = (
            field.get_prep_value(value) for value in (getattr(before, field.attname), _given(cleaned, field))
        )
        if ours == theirs or field.name not in cleaned:
            continue
        if name not in TEXTS:
            return ChangeFault("change_kind", f"这不是小改：{field.verbose_name}改了。请选“更新”或“更正”。")
        try:
            check_small(kind, strip_tags(str(ours)), strip_tags(str(theirs)))
        except ValidationError as error:
            return ChangeFault("change_kind", error.messages[0])
    return None


def _given(cleaned: dict[str, Any], field):
    given = cleaned.get(field.name)
    return getattr(given, "pk", None) if field.is_relation else given
