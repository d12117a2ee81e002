"""Characters that no text keeps: controls, noncharacters and halves of pairs that no encoding can hold.

They come with what is pasted from other programs. Forms and JSON are rid of them at the door, whatever reads them.
"""

import json
import re
from typing import TYPE_CHECKING, Any

# Also read in guarded processes, which load nothing of Django.
if TYPE_CHECKING:
    from django.http import HttpRequest

REPLACEMENT = "\ufffd"
# Tabs and ends of lines stay.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_HALVES = re.compile("[\ud800-\udfff]")
# How one of them may stand in JSON; whether it does, reading it tells.
_ESCAPED = re.compile(r"\\u(?:00[0189]|007f|d[89a-f]|fff[ef])", re.IGNORECASE)
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def mended(text: str) -> str:
    """`text` without control characters; half of a pair is U+FFFD."""
    return _HALVES.sub(REPLACEMENT, _CONTROLS.sub("", text))


def mended_data(data: Any) -> Any:
    """What was read from JSON, with every text in it mended."""
    if isinstance(data, str):
        return mended(data)
    if isinstance(data, list):
        return [mended_data(one) for one in data]
    if isinstance(data, dict):
        return {mended(key): mended_data(value) for key, value in data.items()}
    return data


def mended_value(value: str) -> str:
    """The value of a field of a form, which may be JSON, as editors of rich text and tables send it."""
    if value[:1] in ("{", "[") and _ESCAPED.search(value):
        try:
            data = json.loads(value)
            whole = mended_data(data)
        except (ValueError, RecursionError):
            return mended(value)
        return json.dumps(whole, ensure_ascii=False) if whole != data else mended(value)
    return mended(value)


class MendForms:
    """Middleware: addresses are UTF-8 whatever a request says of its body, and what a form sends is mended before a view sees
    it. It belongs outside of all others, which read both. Views that check for forged requests by themselves read their forms
    by themselves too."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: "HttpRequest"):
        if request.encoding and request.method in ("GET", "HEAD"):
            request.encoding = "utf-8"
        return self.get_response(request)

    def process_view(self, request: "HttpRequest", view, arguments, options) -> None:
        is_form = request.method == "POST" and request.content_type in _FORMS
        if not is_form or getattr(view, "csrf_exempt", False):
            return
        from django.http import QueryDict, UnreadablePostError

        given: Any = QueryDict(mutable=True, encoding="utf-8")
        try:
            sent = list(request.POST.lists())
        except UnreadablePostError:  # whoever sent it has gone
            return
        for name, values in sent:
            given.setlist(mended(name), [mended_value(value) for value in values])
        given._mutable = False
        request.POST = given
