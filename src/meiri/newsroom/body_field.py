"""The column of an article's body."""

from functools import cached_property
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from wagtail.fields import StreamField


class _Readable(DjangoJSONEncoder):
    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options | {"ensure_ascii": False})


class BodyField(StreamField):
    """A StreamField that keeps Chinese characters as they are: written as `\\u56fd` each would take twice as many bytes in
    SQLite, and bodies are most of an archive. It reads both."""

    @cached_property
    def json_field(self) -> models.JSONField:
        return models.JSONField(encoder=_Readable)

    def deconstruct(self):
        # The column is the same: no table of a million rows is written again for this.
        name, _, arguments, options = super().deconstruct()
        return name, "wagtail.fields.StreamField", arguments, options
