"""PDF files are put together anew: their pages look as before, and nothing tells, runs or hides in them."""

import io
from dataclasses import replace

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

from meiri.letters import rewriting
from meiri.letters.rewriting import (
    MOST_PAGES,
    PdfFault,
    PdfRefused,
    jpeg2000_without_notes,
    jpeg_without_notes,
    put_together_anew,
    rewritten,
)
from tests.letters.letters_factory import A_PDF, a_photograph
from tests.test_guarded import what_it_knows

# Each stands in one place of `a_telling_pdf`.
TELLING = [
    b"SECRET",
    b"PHONE-MAKER-77",
    b"JavaScript",
    b"Launch",
    b"EmbeddedFile",
    b"cmd.exe",
    b"/URI",
    b"/AcroForm",
]


def a_picture_in(pdf: Pdf, before: tuple = ()) -> Stream:
    content = a_photograph()
    if before:  # pikepdf packs what it saves by Flate alone; this is what ReportLab writes
        content = content.hex().encode() + b">"
    filters = Array([Name.ASCIIHexDecode, Name.DCTDecode]) if before else Name.DCTDecode
    return Stream(
        pdf, content, Type=Name.XObject, Subtype=Name.Image, Width=640, Height=480, BitsPerComponent=8,
        ColorSpace=Name.DeviceRGB, Filter=filters, Metadata=Stream(pdf, b"<x>SECRET GPS</x>"),
    )  # fmt: skip


def a_telling_pdf() -> bytes:
    """One page with two photographs, a stamp and a word; all around it what a PDF can tell, run or hide."""
    pdf = Pdf.new()
    page = pdf.add_blank_page(page_size=(300, 300))
    page.Resources = Dictionary(
        XObject=Dictionary(Im0=a_picture_in(pdf), Im1=a_picture_in(pdf, ("hex",))),
        Font=Dictionary(F1=Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)),
    )
    page.Contents = Stream(pdf, b"q 99 0 0 99 9 9 cm /Im0 Do /Im1 Do Q BT /F1 12 Tf (lamp) Tj ET")
    page.Metadata = Stream(pdf, b"SECRET")
    page.PieceInfo = Dictionary(Word=Dictionary(Private=String("SECRET")))
    page.AA = Dictionary(O=Dictionary(S=Name.JavaScript, JS=String("app.alert(1)")))
    stamp = Stream(pdf, b"0 0 80 20 re f", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 80, 20])
    page.Annots = Array(
        [
            pdf.make_indirect(Dictionary(
                Type=Name.Annot, Subtype=Name.Stamp, Rect=[10, 10, 90, 30], T=String("SECRET AUTHOR"),
                AP=Dictionary(N=stamp), A=Dictionary(S=Name.Launch, F=String("cmd.exe")),
            )),
            pdf.make_indirect(Dictionary(
                Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9],
                A=Dictionary(S=Name.URI, URI=String("https://tracker.example/SECRET")),
            )),
        ]
    )  # fmt: skip
    pdf.docinfo["/Author"] = "SECRET"
    pdf.Root.Metadata = Stream(pdf, b"<x:xmpmeta>SECRET</x:xmpmeta>")
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
    pdf.Root.AcroForm = Dictionary(Fields=Array(), XFA=Stream(pdf, b"SECRET"))
    pdf.attachments["SECRET.exe"] = b"MZ SECRET"
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def everything(content: bytes) -> bytes:
    """All bytes of a PDF, also those that are packed."""
    found = [content]
    with Pdf.open(io.BytesIO(content)) as pdf:
        found.append(repr(pdf.trailer).encode())
        for part in pdf.objects:
            found.append(repr(part).encode())
            if isinstance(part, Stream):
                packed = "DCTDecode" in repr(part.get(Name.Filter))
                found.append(part.read_raw_bytes() if packed else part.read_bytes())
    return b"\n".join(found)


def why(content: bytes) -> PdfFault:
    with pytest.raises(PdfRefused) as refused:
        rewritten(content)
    return refused.value.why


def test_what_tells_runs_or_hides_is_gone_and_the_page_looks_as_before():
    given = a_telling_pdf()
    assert [word for word in TELLING if word not in everything(given)] == []
    made = rewritten(given + b"<script>SECRET</script>")
    assert [word for word in [*TELLING, b"<script"] if word in everything(made)] == []
    with Pdf.open(io.BytesIO(made)) as pdf:
        (page,) = pdf.pages
        drawn = b"".join(part.read_bytes() for part in page.Contents)
        assert b"(lamp) Tj" in drawn
        assert b"/Im1 Do" in drawn
        names = set(page.Resources.XObject.keys())
        assert {"/Im0", "/Im1"} < names  # and the stamp, which is drawn on the page now
        for name in ("/Im0", "/Im1"):
            picture = pikepdf.PdfImage(page.Resources.XObject[name]).as_pil_image()
            assert (picture.size, dict(picture.getexif())) == ((640, 480), {})
        assert "/Annots" not in page
        assert set(pdf.Root.keys()) == {"/Type", "/Pages"}
        assert not pdf.docinfo.keys()


def test_the_same_file_is_the_same_anew():
    assert rewritten(A_PDF) == rewritten(A_PDF) != A_PDF


def test_a_page_keeps_what_it_has_from_its_parent():
    inherited = A_PDF.replace(b"/MediaBox[0 0 200 100]", b"").replace(
        b"/Count 1", b"/Count 1/MediaBox[0 0 200 100]/Rotate 90"
    )
    with Pdf.open(io.BytesIO(rewritten(inherited))) as pdf:
        assert [int(n) for n in pdf.pages[0].MediaBox] == [0, 0, 200, 100]
        assert pdf.pages[0].Rotate == 90


def test_what_cannot_be_read_is_refused_with_the_reason():
    locked, out = Pdf.open(io.BytesIO(A_PDF)), io.BytesIO()
    locked.save(out, encryption=pikepdf.Encryption(owner="a", user="b"))
    assert why(out.getvalue()) is PdfFault.LOCKED
    many, out = Pdf.new(), io.BytesIO()
    for _ in range(MOST_PAGES + 1):
        many.add_blank_page()
    many.save(out)
    assert why(out.getvalue()) is PdfFault.PAGES
    for broken in (
        b"%PDF-1.4 no end",
        b"%PDF-",
        A_PDF[:60],
        A_PDF.replace(b"/Kids[3 0 R]/Count 1", b"/Kids[]/Count 0"),
    ):
        assert why(broken) is PdfFault.BROKEN
    elsewhere = A_PDF.replace(b"/Length 16", b"/Length 16/F(/etc/passwd)")
    assert why(elsewhere) is PdfFault.BROKEN


def test_one_without_end_is_ended(monkeypatch):
    monkeypatch.setattr(rewriting.GUARD, "limits", replace(rewriting.GUARD.limits, seconds=0.001))
    assert why(a_telling_pdf()) is PdfFault.SLOW


def test_one_that_unpacks_without_end_is_ended():
    import zlib

    pack = zlib.compressobj(9)
    packed = b"".join(pack.compress(b"\0" * 1_000_000) for _ in range(3000)) + pack.flush()
    objects = b"5 0 obj<</Type/ObjStm/N 1/First 5/Filter/FlateDecode/Length %d>>stream\n" % len(packed)
    bomb = A_PDF.replace(b"trailer", objects + packed + b"\nendstream endobj\ntrailer")
    pdf = Pdf.new()
    pdf.add_blank_page()
    # A picture whose notes are to be unpacked first.
    picture = Stream(pdf, packed, Type=Name.XObject, Filter=Array([Name.FlateDecode, Name.DCTDecode]))
    pdf.pages[0].Resources = Dictionary(XObject=Dictionary(Im0=picture))
    out = io.BytesIO()
    pdf.save(out)
    assert why(out.getvalue()) in (PdfFault.BROKEN, PdfFault.SLOW)
    with Pdf.open(io.BytesIO(rewritten(bomb))) as made:
        assert len(made.pages) == 1


def test_a_jpeg_loses_its_notes_and_no_point():
    from PIL import Image

    content = a_photograph()
    clean = jpeg_without_notes(content)
    assert b"PHONE-MAKER-77" in content
    assert b"PHONE-MAKER-77" not in clean
    assert Image.open(io.BytesIO(clean)).tobytes() == Image.open(io.BytesIO(content)).tobytes()
    assert jpeg_without_notes(content + b"SECRET") == clean


def test_a_jpeg2000_loses_its_notes_and_no_point():
    from PIL import Image, features

    assert features.check("jpg_2000")
    out = io.BytesIO()
    Image.frombytes("RGB", (8, 8), bytes(range(192))).resize((64, 64)).save(out, "JPEG2000")
    content = out.getvalue()
    note = (8 + 6).to_bytes(4, "big") + b"uuidSECRET"
    clean = jpeg2000_without_notes(content[:12] + note + content[12:])
    assert clean == content
    assert jpeg2000_without_notes(content[12:]) == content[12:]


@given(st.binary(max_size=200))
def test_whatever_bytes_a_picture_has_its_notes_are_looked_for(content):
    assert len(jpeg_without_notes(b"\xff\xd8" + content)) <= len(content) + 2
    assert len(jpeg2000_without_notes(content)) <= len(content)


@given(st.integers(0, len(A_PDF)), st.binary(max_size=40))
@settings(max_examples=60)
def test_a_pdf_with_some_bytes_changed_is_made_anew_or_refused(at, bytes_):
    try:
        made = put_together_anew(A_PDF[:at] + bytes_ + A_PDF[at + len(bytes_) :])
        pages = len(Pdf.open(io.BytesIO(made)).pages)
    except PdfRefused:
        pages = None
    assert pages is None or pages >= 1


def test_the_process_loads_nothing_of_django():
    with rewriting.GUARD.process() as process:
        assert process.call(put_together_anew, A_PDF).startswith(b"%PDF")
        _, knows_django, _ = process.call(what_it_knows)
    assert not knows_django


def a_costly_pdf() -> bytes:
    """One page with 30,000 notes on it."""
    pdf = Pdf.new()
    page = pdf.add_blank_page(page_size=(300, 300))
    drawn = Stream(pdf, b"0 0 9 9 re f", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9])
    page.Annots = Array(
        pdf.make_indirect(
            Dictionary(Type=Name.Annot, Subtype=Name.Stamp, Rect=[0, 0, 9, 9], F=4, AP=Dictionary(N=drawn))
        )
        for _ in range(30_000)
    )
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def test_b21_two_are_put_together_at_once_and_whoever_comes_then_is_told(monkeypatch):
    monkeypatch.setattr(rewriting.GUARD, "patience", 0)
    with rewriting.GUARD.process(), rewriting.GUARD.process():
        assert why(A_PDF) is PdfFault.BUSY
    assert rewritten(A_PDF).startswith(b"%PDF")


def test_b21_one_with_a_great_many_notes_is_bounded(monkeypatch):
    limits = replace(rewriting.GUARD.limits, processor_seconds=1)
    monkeypatch.setattr(rewriting.GUARD, "limits", limits)
    assert why(a_costly_pdf()) is PdfFault.SLOW
