"""一键排版: the body of an article as it stands in the form, and what would be changed in it."""

from django.http import JsonResponse
from django.views.generic import View
from wagtail.blocks import StreamBlock, StreamValue

from meiri.ingest.paste_desk import refusal
from meiri.ingest.tidying_bodies import Change, TidiedBlock, parts_of_change, tidy_block
from meiri.newsroom.models import Article

FIELD = "body"
# Characters of a body with its markup; the longest serial article is a twentieth of it.
LONGEST = 1_000_000


class LayoutView(View):
    """POST with the fields of the body in the form of an article.

    The answer: `changes`, each with the number of its block, the name of its kind, and its words as pieces that are `same`,
    `old` or `new`; `blocks`, those that change, each with its number and its value as the form takes it, which is null
    where nothing is left. Nothing is stored. 422 with `error` where the body is too long.
    """

    http_method_names = ["post"]

    def post(self, request):
        if sum(map(len, request.POST.values())) > LONGEST:
            return refusal(f"正文超过 {LONGEST // 10_000} 万字符，请分成几篇再排版。")
        body: StreamBlock = Article._meta.get_field(FIELD).stream_block
        stream = body.value_from_datadict(request.POST, request.FILES, FIELD)
        changes, blocks = [], []
        for number, (child, raw) in enumerate(zip(stream, stream.get_prep_value(), strict=True)):
            tidied = tidy_block(child.block_type, raw["value"])
            if tidied.changes:
                label = str(child.block.label)
                changes += [shown(number, label, change) for change in tidied.changes]
                blocks.append({"number": number, "value": form_value(body, child.block_type, tidied)})
        return JsonResponse({"changes": changes, "blocks": blocks})


def shown(number: int, label: str, change: Change) -> dict:
    return {
        "block": number,
        "label": label,
        "is_removed": change.after is None,
        "parts": parts_of_change(change.before, change.after or ""),
    }


def form_value(body: StreamBlock, kind: str, tidied: TidiedBlock):
    if tidied.value is None:
        return None
    raw = [{"type": kind, "value": tidied.value}]
    return body.get_form_state(StreamValue(body, raw, is_lazy=True))[0]["value"]
