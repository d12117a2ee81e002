"""The words of a laid-out page: every text that readers read of it, in the order of its fields."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import CharField, TextField
from wagtail import blocks
from wagtail.fields import RichTextField, StreamField

from meiri.changes.correcting_places import exchange_fields
from meiri.changes.exchanging_words import WordExchange

# Of the fields that readers see, those that are addresses.
_ADDRESSES = ("slug", "url_path")


def exchange_in_front(page: Any, exchange: WordExchange) -> None:
    """Show `exchange` each text of a page and set what it gives; nothing is saved. Raises `ValidationError` where a field or a block can't
    hold what it becomes."""
    exchange_fields(page, _plain_fields(page), exchange)
    for name in page.public.fields:
        field = page._meta.get_field(name)
        if isinstance(field, RichTextField):
            label = str(field.verbose_name)
            setattr(page, name, exchange.exchanged_markup(label, getattr(page, name)))
        elif isinstance(field, StreamField):
            stream = field.stream_block
            stored = list(getattr(page, name).raw_data)
            edited = [_edited_child(stream, child, exchange) for child in stored]
            if edited != stored:
                setattr(page, name, _checked(field, edited))


def _checked(field: StreamField, edited: list) -> Any:
    try:
        return field.stream_block.clean(field.stream_block.to_python(edited))
    except ValidationError:
        # Which of its blocks it was is said by no sentence of Wagtail's.
        raise ValidationError(
            f"{field.verbose_name}：改后的文字太长，或有内容不完整，请在页面里修改。"
        ) from None


def _plain_fields(page: Any) -> list[str]:
    """The names of a page's texts without markup, the headline first."""
    found: list[str] = []
    for name in ("title", *page.public.fields):
        field = page._meta.get_field(name)
        is_text = isinstance(field, CharField | TextField) and not isinstance(field, RichTextField)
        if is_text and not field.choices and name not in (*_ADDRESSES, *found):
            found.append(name)
    return found


def _edited(block: blocks.Block, stored: Any, exchange: WordExchange) -> Any:
    """The stored content of a block with the words exchanged in its texts; what is not as it should be stays as it is."""
    match block:
        case blocks.RichTextBlock() if isinstance(stored, str):
            return exchange.exchanged_markup(str(block.label), stored)
        case blocks.CharBlock() | blocks.TextBlock() if isinstance(stored, str):
            return exchange.exchanged_text(str(block.label), stored)
        case blocks.StructBlock() if isinstance(stored, dict):
            # In the order of the form: a database may keep the names in another.
            children = [(name, child) for name, child in block.child_blocks.items() if name in stored]
            return {**stored, **{name: _edited(child, stored[name], exchange) for name, child in children}}
        case blocks.ListBlock() if isinstance(stored, list):
            return [
                {**item, "value": _edited(block.child_block, item["value"], exchange)}
                if isinstance(item, dict) and item.keys() >= {"type", "value", "id"}
                else _edited(block.child_block, item, exchange)
                for item in stored
            ]
        case blocks.StreamBlock() if isinstance(stored, list):
            return [_edited_child(block, child, exchange) for child in stored]
    return stored


def _edited_child(stream: blocks.StreamBlock, child: Any, exchange: WordExchange) -> Any:
    kind = stream.child_blocks.get(child.get("type")) if isinstance(child, dict) else None
    return {**child, "value": _edited(kind, child.get("value"), exchange)} if kind else child
