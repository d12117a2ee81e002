"""What the files of videos and sounds say is read, places are taken out of them, and a label is written into them, in every format."""

import io
import json
import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mutagen.id3 import ID3, TDRC

from meiri.aigc import AigcBlock, AigcLabel
from meiri.media import xmp
from meiri.media.filmed_places import forget_other_places, forget_places
from meiri.media.label_writing import WRITABLE, write_label
from meiri.media.recording_notes import MP4, block_in, provenance_of_recording
from tests.media.recording_samples import (
    BLOCK,
    LABELLED,
    PLACE,
    TYPES,
    chunk,
    media_in,
    plain_film,
    recording,
    with_chunks,
    with_packet,
)

OTHER = AigcBlock(AigcLabel.MAY_BE, "某公司", "x-1", propagator="每日新闻网", propagate_id="recording-1")


def known_of(content: bytes, suffix: str):
    return provenance_of_recording(io.BytesIO(content), suffix, TYPES[suffix])


def freed(content: bytes, suffix: str) -> bytes:
    file = io.BytesIO(content)
    if suffix in MP4:
        forget_places(file)
    else:
        forget_other_places(file, suffix)
    return file.getvalue()


@pytest.mark.parametrize("suffix", TYPES)
def test_a_file_says_what_it_is_called_who_made_it_and_whose_it_is(suffix):
    known = known_of(recording(suffix), suffix)
    assert (known.title, known.creator, known.rights) == ("新闻片", "林晚舟", "© 2026 每日影像")
    assert known.aigc == (BLOCK if suffix in LABELLED else None)
    assert known.label == (AigcLabel.IS if suffix in LABELLED else None)


@pytest.mark.parametrize("suffix", TYPES)
def test_no_file_tells_a_place_then_and_the_rest_stands(suffix):
    before = recording(suffix)
    after = freed(before, suffix)
    assert PLACE not in after
    assert (PLACE in before) == (
        suffix not in ("wav", "m4a")
    )  # a number of 32 bits in the one, nothing in the other
    assert (after == before) == (suffix == "wav")
    assert known_of(after, suffix) == known_of(before, suffix)
    assert freed(after, suffix) == after


@pytest.mark.parametrize("suffix", sorted(WRITABLE & TYPES.keys()))
def test_a_label_is_written_in_place_of_the_one_that_was_there_and_taken_out_again(suffix):
    before = recording(suffix)
    file = io.BytesIO(before)
    assert write_label(file, suffix, OTHER)
    after = file.getvalue()
    assert block_in(io.BytesIO(after), suffix) == OTHER
    assert b"film-7" not in after
    said, was = known_of(after, suffix), known_of(before, suffix)
    assert (said.title, said.creator, said.rights) == (was.title, was.creator, was.rights)
    if suffix not in ("ogg", "opus"):
        assert media_in(after, suffix) == media_in(before, suffix)
    assert write_label(file, suffix, None)
    assert block_in(file, suffix) is None


def test_a_label_in_xmp_is_read_and_the_rest_of_the_packet_outlives_another_label():
    packet = xmp.write_packet(
        {
            xmp.AIGC: [BLOCK.as_json()],
            xmp.CREATOR: ["甲", "乙"],
            xmp.CREDIT: ["某通讯社"],
            xmp.SOURCE_TYPE: ["http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"],
        }
    )
    film = with_packet(plain_film(), packet)
    known = known_of(film, "mp4")
    assert (known.aigc, known.creator, known.credit) == (BLOCK, "甲、乙", "某通讯社")
    assert known.source_type == "trainedAlgorithmicMedia"
    file = io.BytesIO(film)
    assert write_label(file, "mp4", OTHER)
    again = known_of(file.getvalue(), "mp4")
    assert (again.aigc, again.credit, again.source_type) == (OTHER, "某通讯社", "trainedAlgorithmicMedia")
    assert file.getvalue().startswith(plain_film())


def test_a_film_whose_last_box_has_no_end_gets_one_before_the_label():
    film = plain_film() + b"\x00\x00\x00\x00mdat" + b"film" * 20
    file = io.BytesIO(film)
    assert write_label(file, "mp4", OTHER)
    assert len(film) - len(plain_film()) == int.from_bytes(file.getvalue()[len(plain_film()) :][:4])


def test_a_label_that_nobody_can_read_is_a_suspicion():
    for wrong in (b'{"Label":"9"}', b"{", b'{"Label":"1","Label":"2"}'):
        wave = with_chunks(recording("wav"), chunk(b"AIGC", wrong))
        assert known_of(wave, "wav").label is AigcLabel.SUSPECTED
    bare = with_chunks(recording("wav"), chunk(b"AIGC", ('{"AIGC":%s}' % BLOCK.as_json()).encode()))  # noqa: UP031
    assert known_of(bare, "wav").aigc == BLOCK


def test_chunks_of_recorders_tell_no_place_and_no_serial_number():
    bext = b"sSCENE=4\r\nsGPS=30.2741,120.1551\r\n".ljust(256, b"\0") + b"Recorder".ljust(32, b"\0")
    bext += b"CHSDM4711081500".ljust(32, b"\0") + bytes(282) + b"A=PCM,F=48000\r\n"
    ixml = b"<BWFXML><SCENE>4</SCENE><LOCATION><LOCATION_GPS>30.2741, 120.1551</LOCATION_GPS></LOCATION></BWFXML>"
    packet = b'<x><rdf:Description exif:GPSLatitude="30,16.2N" dc:title="t"/></x>'
    before = with_chunks(recording("wav"), chunk(b"bext", bext), chunk(b"iXML", ixml), chunk(b"_PMX", packet))
    after = freed(before, "wav")
    assert len(after) == len(before)
    for told in (b"30.2741", b"30,16.2N", b"CHSDM4711"):
        assert told in before
        assert told not in after
    for kept in (b"sSCENE=4", b"Recorder", b"<SCENE>4</SCENE>", b'dc:title="t"', b"A=PCM"):
        assert kept in after


def test_an_mp3_keeps_the_version_of_its_tags():
    file = io.BytesIO(recording("mp3"))
    frames = ID3(file)
    frames.add(TDRC(encoding=3, text=["2026-11-30"]))
    frames.update_to_v23()
    frames.save(file, v2_version=3)
    forget_other_places(file, "mp3")
    assert write_label(file, "mp3", OTHER)
    assert file.getvalue()[:4] == b"ID3\x03"
    file.seek(0)
    again = ID3(file)
    assert (str(again["TDRC"]), str(again["TIT2"])) == ("2026-11-30", "新闻片")
    assert block_in(file, "mp3") == OTHER


def test_a_live_recording_without_an_end_is_read_to_its_end():
    tags = recording("webm")
    at = tags.index(b"\x18\x53\x80\x67")
    endless = tags[: at + 4] + b"\x01" + b"\xff" * 7 + tags[at + 12 :]
    assert known_of(endless, "webm").aigc == BLOCK
    assert PLACE not in freed(endless, "webm")


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(sorted(TYPES)),
    st.lists(st.tuples(st.integers(0, 2000), st.binary(max_size=6), st.integers(0, 12)), max_size=6),
)
def test_damaged_files_end_in_a_result(suffix, damages):
    content = bytearray(recording(suffix))
    for at, put, gone in damages:
        content[at : at + gone] = put
    known = known_of(bytes(content), suffix)
    assert known.label is None or isinstance(known.label, AigcLabel)
    copy = io.BytesIO(bytes(content))
    assert write_label(copy, suffix, OTHER) in (True, False)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(sorted(TYPES)), st.binary(max_size=300))
def test_what_is_no_recording_says_nothing(suffix, content):
    heads = {
        "webm": b"\x1aE\xdf\xa3",
        "wav": b"RIFF\xff\xff\xff\x7fWAVE",
        "mp3": b"ID3\x04\x00\x00",
        "flac": b"fLaC",
    }
    known = known_of(heads.get(suffix, b"") + content, suffix)
    assert known.credentials is None or known.credentials.state == "unreadable"


@pytest.mark.parametrize("suffix", sorted(WRITABLE & TYPES.keys()))
def test_another_program_reads_the_label_and_finds_no_place(suffix, tmp_path):
    if not shutil.which("exiftool"):
        pytest.skip("exiftool is not installed: libimage-exiftool-perl of Debian")
    path = tmp_path / f"a.{suffix}"
    file = io.BytesIO(freed(recording(suffix), suffix))
    assert write_label(file, suffix, OTHER)
    path.write_bytes(file.getvalue())
    asked = [
        "exiftool",
        "-a",
        "-j",
        "-validate",
        "-warning",
        "-Aigc",
        "-UserDefinedText",
        "-location*",
        "-GPS*",
        str(path),
    ]
    (told,) = json.loads(subprocess.run(asked, capture_output=True, check=True).stdout)
    assert told.pop("Validate") == "OK"
    said = told.get("Aigc") or told["UserDefinedText"].removeprefix("(AIGC) ")
    # It reads a text of JSON as what that says.
    assert (said if isinstance(said, dict) else json.loads(said)) == OTHER.as_dict()
    assert not [name for name in told if "GPS" in name or "ocation" in name]
