"""A file that came with a C2PA manifest: every size leads back to it, and nothing of it tells where or with what it was taken."""

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from meiri.media import manifest_signing
from meiri.media.adding_pictures import reencoded, store
from meiri.media.models import Picture
from tests.media.camera_samples import PLACES, signed_by_a_camera
from tests.media.labelled_samples import BLOCK, a_labelled_file, block_in
from tests.media.test_manifest_signing import read

pytestmark = pytest.mark.django_db


def a_photograph(format: str = "JPEG", width: int = 1400, **action) -> bytes:
    picture = Image.effect_noise((width, 300), 40).convert("RGB")
    return signed_by_a_camera(a_labelled_file(format, picture), format, **action)


def chain_of(name: str) -> list[str]:
    """Who signed a stored size, its parent, the parent of that, and so on."""
    said = read(name)
    assert said["validation_state"] == "Trusted", name
    found, label = [], said["active_manifest"]
    while label:
        manifest = said["manifests"][label]
        found.append(manifest["signature_info"]["common_name"].partition(" ")[0])
        parents = [one for one in manifest.get("ingredients", []) if one["relationship"] == "parentOf"]
        label = parents[0].get("active_manifest") if parents else None
    return found


def files_of(picture: Picture) -> dict[str, bytes]:
    sizes, found = picture.stored_sizes(), {}
    for name in (picture.file.name, *sizes.names(), *sizes.manifests()):
        with default_storage.open(name) as file:
            found[name] = file.read()
    return found


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF", "GIF"])
def test_every_size_leads_back_to_what_was_uploaded_and_tells_no_place(format):
    content = a_photograph(format)
    assert all(place in content for place in PLACES)
    picture, _ = store(content, "图")
    assert picture.known.credentials.is_kept is True
    sizes = list(picture.stored_sizes().names())
    assert {tuple(chain_of(name)) for name in sizes} == {("每日新闻网", "每日新闻网", "某相机")}
    for name, stored in files_of(picture).items():
        assert not [place for place in PLACES if place in stored], name
        assert b"c2pa.thumbnail" not in stored.replace(b"c2pa.assertions/c2pa.thumbnail", b""), name
    with default_storage.open(sizes[-1]) as file:
        assert block_in(file.read()).producer == BLOCK.producer


def test_what_was_edited_in_between_stays_in_the_chain():
    first = a_photograph()
    picture, _ = store(
        signed_by_a_camera(a_labelled_file("JPEG", Image.effect_noise((1400, 300), 9)), "JPEG", first), "图"
    )
    name = picture.stored_sizes().name(1280, "webp")
    assert chain_of(name) == ["每日新闻网", "每日新闻网", "某相机", "某相机"]
    assert not [place for stored in files_of(picture).values() for place in PLACES if place in stored]


def test_the_editor_is_told_in_words_and_so_is_the_reader(client, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("zhubian", "z@example.com", "x"))
    file = SimpleUploadedFile("a.jpg", a_photograph())
    sent = client.post("/admin/images/add/", {"title": "图", "file": file, "caption": "", "credit": ""})
    assert sent.status_code == 302
    picture = Picture.objects.get()
    page = client.get(f"/admin/images/{picture.pk}/").content.decode()
    for words in ("签名有效，签发者身份未经本网核实", "某相机", "已作为来源写进本站制作的各个尺寸"):
        assert words in page
    assert "凭证沿用" in dict(picture.told())
    assert chain_of(picture.stored_sizes().name(1280, "jpeg"))[-1] == "某相机"


def test_a_picture_that_comes_again_is_known_again():
    content = a_photograph()
    (first, is_new), (again, is_new_again) = store(content, "图"), store(content, "图")
    assert (first.pk, is_new, is_new_again) == (again.pk, True, False)


def test_a_manifest_that_was_broken_is_not_carried_on_and_said_to_be():
    content = bytearray(a_photograph())
    content[-400] ^= 1
    picture, _ = store(bytes(content), "图")
    assert chain_of(picture.stored_sizes().name(1280, "jpeg")) == ["每日新闻网"]
    told = dict(picture.told())
    assert told["内容凭证"] == "签名无效，内容或凭证被改动过"
    assert told["凭证沿用"] == "没有写进本站制作的尺寸"


def test_a_place_where_nothing_can_be_redacted_keeps_the_manifest_out():
    picture, _ = store(a_photograph(description="GPSLatitude 30,16.446N"), "图")
    assert dict(picture.told())["凭证沿用"] == "没有写进本站制作的尺寸"
    assert not [name for name, stored in files_of(picture).items() if b"16.446N" in stored]


def test_a_manifest_that_is_too_large_is_not_carried_on(monkeypatch):
    monkeypatch.setattr(manifest_signing, "LARGEST_CARRIED", 1000)
    assert reencoded(a_photograph()).provenance.credentials.is_kept is False


def test_a_picture_without_a_manifest_stays_as_it_was():
    new = reencoded(a_labelled_file("JPEG", Image.effect_noise((1400, 300), 40)))
    assert new.provenance.credentials is None
    assert b"c2pa" not in new.content
