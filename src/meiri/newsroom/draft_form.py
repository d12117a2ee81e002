"""A form that keeps what was typed: a draft is saved as it stands, and what is missing is asked for when it is sent on."""

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.models import construct_instance
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.blocks import BlockField


class DraftForm(WagtailAdminModelForm):
    """A form whose drafts need nothing but what is in them.

    Where Wagtail saves a draft (`is_deferred_validation`), texts and bodies are taken as typed, however long and whatever is
    missing in them; any other value that can't be stored (a date, a choice, a row without its author) stays as it was, and
    `not_saved` tells of it. Everything is asked for where the thing is published or sent for review.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # What a draft was saved without: label of the field -> why.
        self.not_saved: dict[str, str] = {}

    def is_valid(self):
        if self.is_deferred_validation and self.is_bound:
            for formset in self.formsets.values():
                self._leave_out_incomplete(formset)
        return super().is_valid()

    def _leave_out_incomplete(self, formset) -> None:
        for row in formset.forms:
            if row.errors and not formset._should_delete_form(row):
                row.cleaned_data[forms.formsets.DELETION_FIELD_NAME] = True
                label = str(formset.model._meta.verbose_name)
                self.not_saved[label] = "有一行没有填完，填完才会保存。"

    def _post_clean(self):
        if not self.is_deferred_validation:
            super()._post_clean()
            return
        for name in list(self._errors):
            self._take_as_typed(name)
        before = {name: self.instance.serializable_value(name) for name in self._columns()}
        self.instance = construct_instance(self, self.instance, self._meta.fields, self._meta.exclude)
        try:
            self.instance.clean()
        except ValidationError as error:
            for name, reasons in error.message_dict.items():
                if name in before:
                    setattr(self.instance, self.instance._meta.get_field(name).attname, before[name])
                    self.cleaned_data.pop(name, None)
                label = str(self.fields[name].label) if name in self.fields else ""
                self.not_saved[label] = " ".join(reasons)

    def _columns(self) -> list[str]:
        return [field.name for field in self.instance._meta.concrete_fields if field.name in self.fields]

    def _take_as_typed(self, name: str) -> None:
        """Take the value of a field that is not valid where it can be stored, else say that it was not."""
        reasons = self._errors.pop(name)
        field = self.fields.get(name)
        if field is None:
            self.not_saved.setdefault("", " ".join(reasons))
        elif isinstance(field, BlockField):
            self.cleaned_data[name] = self[name].data
        elif self._is_text(name):
            self.cleaned_data[name] = field.to_python(self[name].data)
        else:
            self.not_saved[str(field.label)] = " ".join(reasons)

    def _is_text(self, name: str) -> bool:
        column = self._meta.model._meta.get_field(name)
        return isinstance(column, models.CharField | models.TextField) and not column.choices

    def save(self, commit=True):
        instance = super().save(commit=False)
        if commit:
            save_row(instance)
            self._save_m2m()
        return instance


def save_row(instance) -> None:
    """Save the row of a draft: it holds as much of a text as its column takes, and the version that is made of it holds all."""
    whole = {}
    for column in instance._meta.concrete_fields:
        text, most = getattr(instance, column.attname), column.max_length
        if isinstance(column, models.CharField) and most and text and len(text) > most:
            whole[column.attname] = text
            setattr(instance, column.attname, text[:most])
    try:
        instance.save()
    finally:
        for name, text in whole.items():
            setattr(instance, name, text)
