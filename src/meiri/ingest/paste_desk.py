"""What an editor pastes into the body of an article, answered as blocks for the form."""

from collections import Counter

from django.core.files.uploadedfile import UploadedFile
from django.db.transaction import non_atomic_requests
from django.http import JsonResponse
from django.utils.decorators import method_decorator
from django.views.generic import View
from wagtail.blocks import StreamBlock, StreamValue

from meiri.ingest.parsed import FoundPicture, Unreadable
from meiri.ingest.pasted import LeftOut, Part, Pasted
from meiri.ingest.reading_pastes import LARGEST, read_guarded_paste
from meiri.ingest.storing_pictures import Stored, source_of, store_pictures
from meiri.media.models import Picture
from meiri.newsroom.body.bounds import LONGEST_ADDRESS, LONGEST_CAPTION
from meiri.newsroom.body.stream import RUNNING_TEXT, body_blocks
from meiri.newsroom.models import Article

# How many things a message names, and characters of each.
MOST_NAMED = 5
LONGEST_NAMED = 60


@method_decorator(non_atomic_requests, name="dispatch")
class PasteView(View):
    """POST with the files `html`, `text` and `rtf`, as the browser has them on its clipboard, and `pictures`.

    The answer: `blocks` as the form of a stream field takes them; `text`, where that is all there is, as rich text for
    the caret; `said`, a sentence for the editor. 422 with `error` where it can't be read.
    """

    http_method_names = ["post"]

    def post(self, request):
        files = request.FILES.getlist("pictures")
        given = [request.FILES.get(name) for name in ("html", "text", "rtf")]
        if sum(file.size for file in [*files, *given] if file) > LARGEST:
            return refusal(f"粘贴的内容超过 {LARGEST // 1024 // 1024} MB，请分几次粘贴。")
        try:
            pasted = with_files(read_guarded_paste(*map(words_of, given)), files)
        except Unreadable as error:
            return refusal(error.reason)
        stored = store_pictures([part.picture for part in pasted.parts if part.picture], request.user)
        blocks = form_of(pasted.parts, stored)
        alone = len(blocks) == 1 and blocks[0]["type"] == "text"
        return JsonResponse(
            {
                "blocks": blocks,
                "text": blocks[0]["value"] if alone else None,
                "said": said_of(pasted, stored),
                "is_complete": not pasted.left_out and not stored.missing,
            }
        )


def refusal(reason: str) -> JsonResponse:
    return JsonResponse({"error": reason}, status=422)


def words_of(file: UploadedFile | None) -> str:
    return file.read().decode("utf-8", "replace") if file else ""


def with_files(pasted: Pasted, files: list[UploadedFile]) -> Pasted:
    """The paste with pictures that the clipboard holds as files. Beside one <img> and no words, the file is that picture."""
    if not files:
        return pasted
    pictures = [FoundPicture(url=file.name or "", data=file.read()) for file in files]
    if len(pasted.parts) == 1 and len(pictures) == 1 and (named := pasted.parts[0].picture):
        named.data = named.data or pictures[0].data
        return pasted
    pasted.parts += [Part("picture", picture=picture) for picture in pictures]
    return pasted


def form_of(parts: list[Part], stored: Stored) -> list[dict]:
    """The parts as the form of an article's body takes them: each with its type and value."""
    body: StreamBlock = Article._meta.get_field("body").stream_block
    raw, pictures, kinds = [], 0, body_blocks()
    for part in parts:
        if part.picture is None:
            raw.append({"type": part.kind, "value": kinds[part.kind].from_paste(part)})
        else:
            raw.append(_picture(part.picture, stored.pictures.get(pictures)))
            pictures += 1
    return body.get_form_state(StreamValue(body, raw, is_lazy=True))


def _picture(found: FoundPicture, stored: Picture | None) -> dict:
    """A picture of the library, or the place of one that is missing."""
    caption = found.caption[:LONGEST_CAPTION]
    if stored is None:
        return {
            "type": "missing_picture",
            "value": {"address": found.url[:LONGEST_ADDRESS], "caption": caption},
        }
    return {"type": "image", "value": {"image": stored.pk, "caption": caption, "credit": source_of(found)}}


def said_of(pasted: Pasted, stored: Stored) -> str:
    """What arrived and what did not, in one sentence."""
    counted: Counter[str] = Counter(part.kind for part in pasted.parts)
    kinds = {kind: block for kind, block in body_blocks().items() if kind != RUNNING_TEXT}
    paragraphs = sum(part.markup.count("<p>") + part.markup.count("<li>") for part in pasted.parts)
    arrived = [
        f"{count} {noun}"
        for count, noun in (
            (paragraphs, "段文字"),
            *((counted[kind], f"{block.measure}{block.label}") for kind, block in kinds.items()),
            (len(stored.pictures), "张图片"),
        )
        if count
    ]
    sentences = [f"粘贴了 {'、'.join(arrived)}" if arrived else "没有可以粘贴的内容"]
    if stored.missing:
        pictures = [part.picture for part in pasted.parts if part.picture]
        named = [f"{named_picture(pictures[n])}（{why}）" for n, why in stored.missing.items()]
        sentences.append(f"{len(named)} 张图片没有取到：{listed(named)}")
    if pasted.left_out:
        sentences.append(f"没有收入：{listed([named_left_out(left) for left in pasted.left_out])}")
    sentences += [note.rstrip("。") for note in pasted.notes]
    return "；".join(sentences) + "。"


def listed(named: list[str]) -> str:
    rest = f"等 {len(named)} 处" if len(named) > MOST_NAMED else ""
    return "、".join(named[:MOST_NAMED]) + rest


def named_picture(picture: FoundPicture) -> str:
    name = picture.caption or picture.alt or picture.url.rstrip("/").rpartition("/")[2] or picture.url
    return name if len(name) <= LONGEST_NAMED else f"…{name[-LONGEST_NAMED:]}"


def named_left_out(left: LeftOut) -> str:
    if not left.words:
        return left.what
    words = left.words if len(left.words) <= LONGEST_NAMED else f"{left.words[:LONGEST_NAMED]}…"
    return f"{left.what}“{words}”"
