"""What a form sends of a body that is made of blocks. A browser sends all of it or nothing: what is cut or forged is no form."""

import json
import re

from django.core.exceptions import BadRequest
from wagtail.admin.forms.models import register_form_field_override
from wagtail.admin.telepath import JSContext
from wagtail.blocks import BlockWidget
from wagtail.fields import StreamField

from meiri.newsroom.repeated_values import share_repeated, written

# Line breaks with the spaces behind them, as JSON writes them.
INDENTED = re.compile(r"(?<!\\)(?:\\n *+)++")

# Blocks without a preview of their own; to the scripts what is not said is false.
NO_PREVIEW = '"isPreviewable":false,'


class StreamWidget(BlockWidget):
    """Wagtail's, which takes numbers and kinds of blocks from the form as if they could not be missing, and sends the markup of each
    field anew."""

    def __init__(self, block_def, attrs=None):
        super().__init__(block_def, attrs)
        # One dictionary for all copies that forms make of this widget: the definitions are the same for every form.
        self._packed = {}

    def _build_block_json(self):
        if not self._packed:
            context = JSContext()
            packed = made_small(written(context.pack(self.block_def)))
            self._packed |= {"context": context, "json": packed}
        self._js_context, self._block_json = self._packed["context"], self._packed["json"]

    def value_from_datadict(self, data, files, name):
        """The blocks that were sent. Raises `BadRequest`, which answers 400, where what says how many there are, in which order
        and of which kind is missing or no number."""
        try:
            return super().value_from_datadict(data, files, name)
        except (LookupError, ValueError, TypeError, OverflowError, RecursionError):
            raise BadRequest(f"The blocks of {name} are incomplete.") from None


def made_small(definitions: str) -> str:
    """The definitions of a stream's blocks, as JSON, with nothing told twice."""
    shared = written(share_repeated(json.loads(definitions)))
    # Markup of Wagtail's templates is indented; between elements one line break does.
    return INDENTED.sub(r"\\n", shared).replace(NO_PREVIEW, "")


def register() -> None:
    """Have every form of the admin read its bodies by this widget."""
    register_form_field_override(
        StreamField, override=lambda field: {"widget": StreamWidget(field.stream_block)}
    )
