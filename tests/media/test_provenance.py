"""What a picture's file says of where it comes from is read at every door, and stands in all that is made of it; places and
serial numbers do not."""

import io

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from meiri.aigc import AigcBlock, AigcLabel
from meiri.journal.models import Entry
from meiri.media import xmp
from meiri.media.adding_pictures import reencoded, store
from meiri.media.events import PictureLabelled
from meiri.media.models import Picture
from meiri.media.provenance import ContentCredentials, Provenance
from tests.media import samples
from tests.media.labelled_samples import (
    BLOCK,
    PLACE,
    PRODUCER,
    SERIAL,
    a_generated_png,
    a_labelled_file,
    a_packet,
    as_told,
    block_in,
    with_iptc,
)
from tests.media.test_reencoding import a_file

texts = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=60)
TRAINED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


def files_of(picture: Picture) -> dict[str, bytes]:
    found = {}
    for name in [picture.file.name, *picture.stored_sizes().names()]:
        with default_storage.open(name) as file:
            found[name] = file.read()
    return found


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF", "TIFF", "GIF"])
def test_the_label_is_read_from_every_format_and_kept_in_the_file(format):
    new = reencoded(a_labelled_file(format))
    known = new.provenance
    assert (known.aigc, known.label) == (BLOCK, AigcLabel.IS)
    assert (known.creator, known.credit, known.rights) == ("林晚舟", "每日图片社", "© 2026 每日图片社")
    assert block_in(new.content) == BLOCK
    assert not [word for word in (PLACE.encode(), SERIAL.encode(), b"GPS", b"CAMERA") if word in new.content]


@pytest.mark.parametrize(
    "picture",
    [
        Image.new("CMYK", (90, 60), (0, 255, 255, 0)),
        Image.new("L", (90, 60)),
        Image.new("RGBA", (90, 60), (0, 0, 0, 0)),
        Image.new("I;16", (90, 60), 40_000),
        Image.new("P", (90, 60)),
    ],
    ids=lambda picture: picture.mode,
)
def test_the_label_is_kept_whatever_the_colours(picture):
    format = "JPEG" if picture.mode == "CMYK" else "PNG"
    assert block_in(reencoded(a_labelled_file(format, picture)).content) == BLOCK


@pytest.mark.django_db
def test_a_picture_that_moves_keeps_its_label_and_goes_on_moving():
    picture, _ = store(samples.moving("WEBP", xmp=a_packet()), "动图")
    assert picture.stored_sizes().moves
    for name, content in files_of(picture).items():
        assert block_in(content).producer == PRODUCER, name
    moving = files_of(picture)[f"{picture.stored_sizes().stem}-moving.webp"]
    with Image.open(io.BytesIO(moving)) as made:
        assert made.n_frames == 3
    assert block_in(moving).propagate_id == f"picture-{picture.pk}"


@pytest.mark.django_db
def test_every_size_and_format_says_who_made_it_and_that_this_site_spreads_it(settings):
    settings.AIGC_CODE = "00119111000071092500XB00001"
    picture, _ = store(a_labelled_file("JPEG", Image.effect_noise((1500, 900), 40).convert("RGB")), "图")
    assert (picture.ai_label, picture.credit) == ("1", "每日图片社")
    sizes = files_of(picture)
    del sizes[picture.file.name]
    assert len(sizes) == 9
    for name, content in sizes.items():
        assert block_in(content) == BLOCK.spread_by("00119111000071092500XB00001", f"picture-{picture.pk}"), (
            name
        )
        assert "© 2026 每日图片社".encode() in content
        assert PLACE.encode() not in content


def test_what_older_notes_say_is_read_too():
    jpeg = with_iptc(a_file(), byline="林晚舟", credit="每日图片社", copyright="© 每日", city=PLACE)
    new = reencoded(jpeg)
    assert (new.provenance.creator, new.provenance.credit, new.provenance.rights) == (
        "林晚舟",
        "每日图片社",
        "© 每日",
    )
    assert new.provenance.label is None
    assert PLACE.encode() not in new.content
    exif = Image.Exif()
    exif[0x013B], exif[0x8298] = "Lin Wanzhou", "(c) Meiri"
    told = reencoded(a_file(exif=exif)).provenance
    assert (told.named_credit, told.rights) == ("Lin Wanzhou", "(c) Meiri")


def test_a_label_in_the_words_of_a_png_or_a_comment_is_found():
    notes = PngInfo()
    notes.add_text("AIGC", as_told(BLOCK))
    assert reencoded(a_file("PNG", pnginfo=notes)).provenance.aigc == BLOCK
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0" + as_told(BLOCK).encode()
    assert reencoded(a_file(exif=exif)).provenance.aigc == BLOCK


def test_the_source_type_of_iptc_is_a_label():
    packet = xmp.write_packet({xmp.SOURCE_TYPE: [TRAINED]})
    new = reencoded(a_labelled_file("JPEG", packet=packet))
    assert (new.provenance.aigc, new.provenance.label) == (None, AigcLabel.IS)
    assert TRAINED.encode() in new.content


def test_traces_of_a_generator_and_a_broken_label_are_a_suspicion():
    assert reencoded(a_generated_png()).provenance.traces == "Stable Diffusion WebUI"
    packet = xmp.write_packet({xmp.AIGC: ['{"Label":"yes"}']})
    for content in (a_generated_png(), a_labelled_file("JPEG", packet=packet)):
        assert reencoded(content).provenance.label is AigcLabel.SUSPECTED


def test_a_picture_that_says_nothing_stays_without_notes():
    new = reencoded(a_file())
    assert new.provenance == Provenance()
    assert b"xmpmeta" not in new.content


@pytest.mark.parametrize(
    "packet",
    [
        b"<x>",
        b"<!DOCTYPE a [<!ENTITY b 'c'><!ENTITY d '&b;&b;'>]><a>&d;</a>",
        b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
        b"<rdf:Description xmlns:dc='http://purl.org/dc/elements/1.1/'><dc:creator>&b;</dc:creator></rdf:Description></rdf:RDF>",
        b"\xff\xfe<\x00",
        b"<a>" * 10_000,
    ],
)
def test_whatever_stands_as_notes_the_picture_is_taken(packet):
    assert reencoded(a_labelled_file("WEBP", packet=packet)).provenance.aigc is None


@given(
    st.dictionaries(
        st.sampled_from([xmp.CREATOR, xmp.CREDIT, xmp.RIGHTS, xmp.AIGC]), st.lists(texts, max_size=1)
    )
)
def test_what_is_written_as_xmp_is_read_again(properties):
    said = {name: values for name, values in properties.items() if any(values)}
    read = xmp.read_packet(xmp.write_packet(properties))
    assert {name: values for name, values in read.items() if values} == said


@given(st.binary(max_size=400))
def test_no_packet_raises(packet):
    assert isinstance(xmp.read_packet(packet), dict)


def test_what_is_kept_of_a_file_is_read_again_and_what_is_none_is_nothing():
    known = Provenance(
        BLOCK, "ComfyUI", "trainedAlgorithmicMedia", "甲", "乙", "丙",
        ContentCredentials("valid", "某相机", "某软件", "2026-11-30T08:00:00Z", ("c2pa.created",), "digitalCapture"),
    )  # fmt: skip
    assert Provenance.from_json(known.as_json()) == known
    for stored in (None, [], {"aigc": 1, "credit": 2, "credentials": {"state": "x"}}, {"source_type": "y"}):
        assert Provenance.from_json(stored) == Provenance()
    assert ("制作过程", "创作") in known.said()


def test_a_label_with_signatures_that_no_jpeg_holds_goes_on_without_them():
    block = AigcBlock(AigcLabel.MAY_BE, "甲", reserved1="&" * 8_000, reserved2="&" * 8_000)
    packet = xmp.write_packet({xmp.AIGC: [block.as_json()]})
    new = reencoded(a_labelled_file("WEBP", packet=packet))
    assert block_in(new.content) == AigcBlock(AigcLabel.MAY_BE, "甲")


@pytest.fixture
def desk(client, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("zhubian", "z@example.com", "x"))
    return client


@pytest.mark.django_db
def test_an_editor_may_strengthen_a_label_and_weaken_it_with_a_reason_but_not_delete_it(desk):
    packet = xmp.write_packet(
        {xmp.AIGC: [BLOCK.labelled(AigcLabel.MAY_BE).as_json()], xmp.CREATOR: ["林晚舟"]}
    )
    file = SimpleUploadedFile("a.jpg", a_labelled_file("JPEG", packet=packet))
    assert (
        desk.post(
            "/admin/images/add/", {"title": "图", "file": file, "caption": "", "credit": ""}
        ).status_code
        == 302
    )
    picture = Picture.objects.get()
    assert (picture.ai_label, picture.credit) == ("2", "林晚舟")
    address, fields = f"/admin/images/{picture.pk}/", {"title": "图", "collection": picture.collection_id}
    before = picture.stored_sizes()

    refused = desk.post(address, {**fields, "ai_label": ""})
    assert "不能删除" in refused.content.decode()
    refused = desk.post(address, {**fields, "ai_label": "3"})
    assert "请写明理由" in refused.content.decode()
    assert desk.post(address, {**fields, "ai_label": "1"}).status_code == 302
    picture = Picture.objects.get()
    assert picture.label is AigcLabel.IS
    sizes = files_of(picture)
    assert {block_in(content).label for name, content in sizes.items() if name != picture.file.name} == {
        AigcLabel.IS
    }
    assert before.stem != picture.stored_sizes().stem

    assert (
        desk.post(address, {**fields, "ai_label": "3", "ai_label_reason": "作者补交了原片"}).status_code
        == 302
    )
    picture = Picture.objects.get()
    assert (picture.ai_label, picture.ai_label_reason) == ("3", "作者补交了原片")
    told = list(Entry.objects.of(PictureLabelled).order_by("sequence").values_list("payload", flat=True))
    assert [(entry["before"], entry["after"], entry["reason"]) for entry in told] == [
        ("2", "1", ""),
        ("1", "3", "作者补交了原片"),
    ]


@pytest.mark.django_db
def test_sizes_that_said_something_else_are_gone_once_the_label_is_stored(django_capture_on_commit_callbacks):
    picture, _ = store(a_file(), "图")
    old = list(picture.stored_sizes().names())
    picture.ai_label = "3"
    with django_capture_on_commit_callbacks(execute=True):
        picture.save()
    assert not any(default_storage.exists(name) for name in old)
    assert all(default_storage.exists(name) for name in picture.stored_sizes().names())
