"""PDF files of writers, put together anew: their pages are kept as they look, and nothing that tells, runs or hides.

A PDF is taken apart by a guarded process with little time and memory: a file that was made to harm ends that process
alone. A few are at work at once, whoever sends how many. The file never is on the disk.
"""

import io
from enum import Enum

import pikepdf
from pikepdf import Dictionary, Name, Object, Pdf, Stream

from meiri.guarded import Busy, Failed, Guard, Limits, Overrun

MOST_PAGES = 200
# No file has as many; one that does would take long to walk through.
MOST_OBJECTS = 100_000
# What a page needs to look as it does. Annotations are drawn on it before.
_OF_A_PAGE = frozenset(
    [
        *("/Type", "/Parent", "/Resources", "/Contents", "/Group", "/UserUnit", "/Rotate"),
        *("/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox"),
    ]
)
# What tells of people, programs, places and times, acts, or holds or names other files (ISO 32000-2).
_GONE = frozenset(
    [
        *(
            "/Metadata",
            "/PieceInfo",
            "/LastModified",
            "/Measure",
            "/PtData",
            "/StructParent",
            "/StructParents",
        ),
        *(
            "/A",
            "/AA",
            "/AF",
            "/JS",
            "/Annots",
            "/B",
            "/Thumb",
            "/OPI",
            "/Alternates",
            "/ID",
            "/WebCaptureInfo",
        ),
        *("/EF", "/FFilter", "/FDecodeParms"),
    ]
)
# Segments of a JPEG that its picture needs: APP14 tells how the colours are meant.
_ADOBE, _COMMENT, _SCAN = 0xEE, 0xFE, 0xDA
_TOLD_BY_JPEG2000 = frozenset([b"xml ", b"uuid", b"uinf", b"jp2i"])


class PdfFault(Enum):
    """Why a PDF is refused."""

    BROKEN = "broken"
    LOCKED = "locked"
    PAGES = "pages"
    SLOW = "slow"
    BUSY = "busy"


class PdfRefused(Exception):
    def __init__(self, why: PdfFault):
        super().__init__(why)
        self.why = why


GUARD = Guard(
    Limits(seconds=40, processor_seconds=20, memory=768 * 1024 * 1024),
    most=2,
    patience=5,
    answers=frozenset(["meiri.letters.rewriting.PdfFault"]),
    refusals=(PdfRefused,),
)


def rewritten(content: bytes) -> bytes:
    """The pages of a PDF as a file of their own. Raises `PdfRefused`."""
    try:
        with GUARD.process() as process:
            return process.call(put_together_anew, content)
    except Overrun:
        raise PdfRefused(PdfFault.SLOW) from None
    except Failed:
        raise PdfRefused(PdfFault.BROKEN) from None
    except Busy:
        raise PdfRefused(PdfFault.BUSY) from None


def put_together_anew(content: bytes) -> bytes:
    """What `rewritten` does, in this process."""
    try:
        with Pdf.open(io.BytesIO(content)) as given, Pdf.new() as anew:
            _check_size(given)
            given.generate_appearance_streams()
            given.flatten_annotations("all")
            anew.pages.extend(given.pages)
            for page in anew.pages:
                _keep_only(page.obj, _OF_A_PAGE)
            for part in anew.objects:
                _purge(part)
            out = io.BytesIO()
            anew.save(out, deterministic_id=True)
            return out.getvalue()
    except pikepdf.PasswordError:
        raise PdfRefused(PdfFault.LOCKED) from None
    except PdfRefused:
        raise
    except Exception as error:  # whatever a broken file makes its reader trip over
        raise PdfRefused(PdfFault.BROKEN) from error


def _check_size(given: Pdf) -> None:
    if not given.pages:
        raise PdfRefused(PdfFault.BROKEN)
    if len(given.pages) > MOST_PAGES or len(given.objects) > MOST_OBJECTS:
        raise PdfRefused(PdfFault.PAGES)


def _keep_only(part: Object, names: frozenset[str]) -> None:
    for name in set(part.keys()) - names:
        del part[name]


def _purge(part: Object) -> None:
    """Take from an object, and from all that it holds itself, what is `_GONE`. What it refers to is an object too."""
    inside = [part]
    while inside:
        one = inside.pop()
        if isinstance(one, pikepdf.Array):
            inside += _held(list(one))
            continue
        if not isinstance(one, Dictionary | Stream):
            continue
        for name in _GONE & set(one.keys()):
            del one[name]
        if isinstance(one, Stream):
            _purge_stream(one)
        inside += _held([one[name] for name in one.keys()])  # noqa: SIM118 a stream is no mapping


def _held(values: list) -> list[Object]:
    kinds = (Dictionary, pikepdf.Array)
    return [value for value in values if isinstance(value, kinds) and not value.is_indirect]


def _purge_stream(stream: Stream) -> None:
    """Also of what its bytes tell: pictures of telephones keep where they were taken inside a PDF."""
    if Name.F in stream:
        raise PdfRefused(PdfFault.BROKEN)  # its bytes are in another file
    *before, last = _listed(stream.get(Name.Filter)) or [None]
    if last not in _WITHOUT_NOTES:
        return
    content = stream.read_raw_bytes()
    if before:
        with Pdf.new() as scratch:
            content = Stream(scratch, content, Filter=pikepdf.Array(before)).read_bytes()
    how = (_listed(stream.get(Name.DecodeParms)) or [None])[-1]
    stream.write(_WITHOUT_NOTES[last](content), filter=last, decode_parms=how)


def _listed(value) -> list:
    return list(value) if isinstance(value, pikepdf.Array) else [] if value is None else [value]


def jpeg_without_notes(content: bytes) -> bytes:
    """A JPEG without its application segments and comments; the picture is the same, to the bit."""
    kept, at = [content[:2]], 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        if marker == _SCAN:
            break
        end = at + 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        if not (0xE0 <= marker <= 0xEF or marker == _COMMENT) or marker == _ADOBE:
            kept.append(content[at:end])
        at = end
    end = content.rfind(b"\xff\xd9")
    return b"".join([*kept, content[at : end + 2 if end >= at else None]])


def jpeg2000_without_notes(content: bytes) -> bytes:
    """A JPEG 2000 file without the boxes of its that hold texts; a bare code stream as it is."""
    if content[4:8] != b"jP  ":
        return content
    kept, at = [], 0
    while at + 8 <= len(content):
        length, kind = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        if length == 1:
            length = int.from_bytes(content[at + 8 : at + 16], "big")
        end = at + length if length >= 8 else len(content)
        if kind not in _TOLD_BY_JPEG2000:
            kept.append(content[at:end])
        at = end
    return b"".join(kept)


_WITHOUT_NOTES = {Name.DCTDecode: jpeg_without_notes, Name.JPXDecode: jpeg2000_without_notes}
