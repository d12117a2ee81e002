"""The cells of the editors' list, put together without templates: of these Wagtail renders some twenty for each row, which is most of the
time that a search takes. What they say is what Wagtail's own cells say."""

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from html import escape
from typing import Any

from django.contrib.admin.utils import quote
from django.forms.utils import flatatt
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.timesince import timesince
from django.utils.timezone import localtime
from wagtail.admin.ui.tables import BulkActionsCheckboxColumn, Column, TitleColumn
from wagtail.admin.widgets.button import BaseButton, BaseDropdownMenuButton


class QuickColumn(Column):
    """A column of texts."""

    def render_cell_html(self, instance: Any, parent_context: Any) -> SafeString:
        value = self.get_value(instance)
        named = f' class="{self.classname}"' if self.classname else ""
        shown = self.shown(value) if value else self.empty_value_display
        return mark_safe(f"<td{named}>{shown}</td>")  # noqa: S308

    def shown(self, value: Any) -> str:
        """What stands in the cell, as HTML."""
        return escape(str(value))


class QuickTimeColumn(QuickColumn):
    """A column of moments: how long ago, and exactly for who points at it."""

    def shown(self, value: datetime) -> str:
        at, ago = localtime(value), timesince(value, depth=1)
        return (
            '<button type="button" class="w-human-readable-date" data-controller="w-tooltip"'
            f' data-w-tooltip-content-value="{date_format(at, "DATETIME_FORMAT")}" data-w-tooltip-placement-value="top">'
            f'<time class="w-human-readable-date__date" datetime="{at.isoformat()}">'
            f"{'刚刚' if ago.startswith('0') else f'{ago}前'}</time></button>"
        )


class QuickCheckboxColumn(BulkActionsCheckboxColumn):
    """The boxes of what bulk actions are done to."""

    def render_cell_html(self, instance: Any, parent_context: Any) -> SafeString:
        return mark_safe(  # noqa: S308
            f'<td class="bulk-action-checkbox-cell"><input type="checkbox" data-object-id="{quote(instance.pk)}"'
            ' data-bulk-action-checkbox class="bulk-action-checkbox" aria-label="选择"'
            f' aria-describedby="{self.get_aria_describedby(instance)}"></td>'
        )


class QuickTitleColumn(TitleColumn):
    """The titles, with what can be done to each row."""

    def get_buttons(self, instance: Any, parent_context: Any) -> Iterable[BaseButton]:
        return ()

    def render_cell_html(self, instance: Any, parent_context: Any) -> SafeString:
        value = escape(str(self.get_value(instance) or self.empty_value_display))
        title = f'<span id="{self.get_title_id(instance, parent_context) or ""}">{value}</span>'
        if url := self.get_link_url(instance, parent_context):
            title = f'<a href="{escape(url)}">{title}</a>'
        actions = _actions(sorted(self.get_buttons(instance, parent_context)), parent_context)
        return mark_safe(f'<td class="title"><div class="title-wrapper">{title}</div>{actions}</td>')  # noqa: S308


def _actions(buttons: Iterable[BaseButton], parent_context: Any) -> str:
    shown = [f"<li>{_rendered(one, parent_context)}</li>" for one in buttons if one.show]
    return f'<ul class="actions">{"".join(shown)}</ul>' if shown else ""


def _rendered(button: BaseButton, parent_context: Any) -> str:
    """A button as HTML; one that is drawn otherwise than Wagtail's own draws itself."""
    if button.template_name == BaseDropdownMenuButton.template_name:
        inner = "".join(_rendered(one, parent_context) for one in sorted(button.dropdown_buttons))
        icon = _icon(button.icon_name or "arrow-down", "w-dropdown__toggle-icon")
        return (
            '<div data-controller="w-dropdown" class="w-dropdown"><button type="button" class="w-dropdown__toggle'
            f' w-dropdown__toggle--icon" data-w-dropdown-target="toggle" aria-label="{escape(str(button.aria_label))}">'
            f'{icon}</button><div data-w-dropdown-target="content" class="w-dropdown__content" hidden>{inner}</div></div>'
        )
    if button.template_name != BaseButton.template_name:
        return button.render_html(parent_context)
    content = f"{_icon(button.icon_name, 'icon') if button.icon_name else ''} {escape(str(button.label))}"
    attributes = {**button.attrs, "class": button.classname}
    if button.url:
        return f"<a{flatatt({**attributes, 'href': button.url})}>{content}</a>"
    return f"<button{flatatt(attributes)}>{content}</button>"


@cache
def _icon(name: str, classname: str) -> str:
    name = escape(name)
    return (
        f'<svg class="icon icon-{name} {classname}" aria-hidden="true"><use href="#icon-{name}"></use></svg>'
    )
