"""The sizes of pictures are signed by the site: c2pa's own reader says so under the site's anchor, with the original as parent."""

import io
import json
import stat
from pathlib import PurePosixPath
from random import Random

import c2pa
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import default_storage
from PIL import Image

from meiri.health_checks import HealthState
from meiri.media.adding_pictures import reencoded, store
from meiri.media.health import pictures_can_be_signed
from meiri.media.manifest_parents import names_a_place
from meiri.media.manifest_reading import TYPES
from meiri.media.manifest_signing import context_trusting, sign_size
from meiri.media.models import Picture
from meiri.media.site_certificate import certificate_file, made_for, read_certificate, site_certificate
from tests.media import samples
from tests.media.labelled_samples import a_labelled_file, a_packet, block_in
from tests.media.test_reencoding import a_file

pytestmark = pytest.mark.django_db


def read(name: str) -> dict:
    """What c2pa's reader says of a stored size, whose manifest is in it or beside it."""
    with default_storage.open(name) as file:
        content = file.read()
    beside = None
    if default_storage.exists(f"{name}.c2pa"):
        with default_storage.open(f"{name}.c2pa") as file:
            beside = file.read()
    type_ = TYPES[PurePosixPath(name).suffix[1:].upper()]
    context = context_trusting(site_certificate())
    options = {} if beside is None else {"manifest_data": beside}
    with c2pa.Reader(type_, io.BytesIO(content), context=context, **options) as reader:
        return json.loads(reader.json())


def a_large_picture() -> Picture:
    return store(a_labelled_file("JPEG", Image.effect_noise((1500, 900), 40).convert("RGB")), "图")[0]


def test_each_size_is_valid_under_the_sites_anchor_with_the_original_as_parent():
    picture = a_large_picture()
    names = list(picture.stored_sizes().names())
    assert len(names) == 9
    for name in names:
        said = read(name)
        assert said["validation_state"] == "Trusted", name
        active = said["manifests"][said["active_manifest"]]
        assert [one["relationship"] for one in active["ingredients"]] == ["parentOf"]
        (actions,) = [one for one in active["assertions"] if one["label"].startswith("c2pa.actions")]
        assert [one["action"] for one in actions["data"]["actions"]] == ["c2pa.opened", "c2pa.resized"]
        assert active["signature_info"]["common_name"].startswith("每日新闻网")


def test_small_sizes_name_the_address_of_their_manifest_and_keep_their_label(client, settings):
    picture = a_large_picture()
    sizes = picture.stored_sizes()
    manifests = list(sizes.manifests())
    assert [name.split("-")[-1] for name in manifests] == [
        f"{width}.{format}.c2pa" for width in (320, 640) for format in ("avif", "webp", "jpeg")
    ]
    for manifest in manifests:
        name = manifest.removesuffix(".c2pa")
        with default_storage.open(name) as file:
            content = file.read()
        address = default_storage.url(manifest)
        assert f"{settings.BASE_URL}{address}".encode() in content
        assert block_in(content).propagate_id == f"picture-{picture.pk}"
        answer = client.get(address)
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/c2pa")


def test_a_certificate_that_was_replaced_signs_what_is_made_from_then_on(tmp_path, settings):
    a_large_picture()
    settings.C2PA_FILE = str(tmp_path / "operators.pem")
    (tmp_path / "operators.pem").write_bytes(made_for("新华每日"))
    name = next(a_large_picture().stored_sizes().names())
    said = read(name)
    assert said["validation_state"] == "Trusted"
    assert said["manifests"][said["active_manifest"]]["signature_info"]["common_name"].startswith("新华每日")


def test_a_picture_that_moves_is_signed_too():
    picture, _ = store(samples.moving("WEBP", xmp=a_packet()), "动图")
    name = f"{picture.stored_sizes().stem}-moving.webp"
    assert read(name)["validation_state"] == "Trusted"
    with default_storage.open(name) as file, Image.open(file) as made:
        assert made.n_frames == 3


def test_a_size_that_somebody_changed_is_not_valid():
    picture = a_large_picture()
    name = picture.stored_sizes().name(1280, "jpeg")
    with default_storage.open(name) as file:
        content = bytearray(file.read())
    content[-200] ^= 1
    with c2pa.Reader(
        "image/jpeg", io.BytesIO(content), context=context_trusting(site_certificate())
    ) as reader:
        assert reader.get_validation_state() == "Invalid"


def test_manifests_go_with_their_picture(django_capture_on_commit_callbacks):
    picture = a_large_picture()
    manifests = list(picture.stored_sizes().manifests())
    assert all(map(default_storage.exists, manifests))
    with django_capture_on_commit_callbacks(execute=True):
        picture.delete()
    assert not any(map(default_storage.exists, manifests))


def test_anybody_may_read_the_anchor(client):
    answer = client.get("/.well-known/c2pa-anchor.pem")
    assert answer.status_code == 200
    assert answer.content == site_certificate().anchor
    assert b"PRIVATE" not in answer.content


def test_the_key_is_made_once_for_its_owner_alone(settings, tmp_path):
    settings.HOME = tmp_path
    first = site_certificate()
    assert site_certificate() == first
    assert stat.S_IMODE(certificate_file().stat().st_mode) == 0o600


def test_a_certificate_of_the_operators_own_takes_its_place(settings, tmp_path):
    own = tmp_path / "own.pem"
    own.write_bytes(made_for("另一家报社"))
    settings.C2PA_FILE = str(own)
    assert site_certificate() == read_certificate(own.read_bytes())
    (found,) = pictures_can_be_signed()
    assert found.state is HealthState.OK


@pytest.mark.parametrize(
    "content", [None, b"", b"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"]
)
def test_a_file_that_is_no_certificate_is_told_of_in_words(settings, tmp_path, content):
    own = tmp_path / "own.pem"
    if content is not None:
        own.write_bytes(content)
    settings.C2PA_FILE = str(own)
    with pytest.raises(ImproperlyConfigured, match=r"MEIRI_C2PA_FILE|does not hold"):
        site_certificate()
    (found,) = pictures_can_be_signed()
    assert found.state is HealthState.BROKEN


def test_the_manifest_of_an_uploaded_file_is_read_and_told_in_words():
    original = a_file("JPEG")
    signed = sign_size(a_file("JPEG"), "JPEG", original, "JPEG", "照片").content
    known = reencoded(signed).provenance
    assert known.credentials.state == "valid"
    assert known.credentials.generator == "Meiri"
    assert ("制作过程", "打开、缩放") in known.said()
    altered = bytearray(signed)
    altered[-30] ^= 1
    assert reencoded(bytes(altered)).provenance.credentials.state == "invalid"


@pytest.mark.parametrize(
    "told",
    [b'"exif:GPSLatitude": "30,16.2N"', b'{"GPS": {"1": 2}}', b"\xa1\x63GPS\xa1", b"\x6eGPSCoordinates", b"gps_lat", b"GPS IFD", b"exifEX:LensSerialNumber",
     b"serial_number", b"Iptc4xmpExt:LocationCreated", b"\x6ephotoshop:City\x68", b'"city":', b"\xa1\x64city\x68", b"Sub-location"],
)  # fmt: skip
def test_what_tells_a_place_or_a_serial_number_is_noticed(told):
    assert names_a_place(b"\x00\x01" + told + b"\xff")


@pytest.mark.parametrize(
    "told", [b"capacity", b"c2pa.actions", b"gps", b"GpS\x91", b"\x12GPSa", b"electricity", b"c2pa.hash.data"]
)
def test_what_tells_none_is_left(told):
    assert not names_a_place(b"\x00" + told + b"\x00")


def test_hashes_and_signatures_are_no_places():
    """Letters stand in random bytes by chance: a picture would lose its origin for nothing."""
    source = Random(24)
    assert not [n for n in range(400) if names_a_place(source.randbytes(16 * 1024))]
