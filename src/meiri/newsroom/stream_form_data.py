"""What a form sends of a body that is made of blocks. A browser sends all of it or nothing: what is cut or forged is no form."""

from django.core.exceptions import BadRequest
from wagtail.admin.forms.models import register_form_field_override
from wagtail.blocks import BlockWidget
from wagtail.fields import StreamField


class StreamWidget(BlockWidget):
    """Wagtail's, which takes numbers and kinds of blocks from the form as if they could not be missing."""

    def value_from_datadict(self, data, files, name):
        """The blocks that were sent. Raises `BadRequest`, which answers 400, where what says how many there are, in which order
        and of which kind is missing or no number."""
        try:
            return super().value_from_datadict(data, files, name)
        except (LookupError, ValueError, TypeError, OverflowError, RecursionError):
            raise BadRequest(f"The blocks of {name} are incomplete.") from None


def register() -> None:
    """Have every form of the admin read its bodies by this widget."""
    register_form_field_override(
        StreamField, override=lambda field: {"widget": StreamWidget(field.stream_block)}
    )
