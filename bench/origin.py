"""300 pictures in every format that is taken, with and without labels, through upload, import, all sizes, export and the API: in
how many files the label, the chain to the original, and no place are found. Needs Debian's libimage-exiftool-perl.

Each picture is drawn with a seed of its own: in CMYK, 16 bits, grey, clear, rotated by its notes, moving; each has a place and a serial
number in its notes where its format holds any, and half of those that can have a manifest are signed by a camera, with both in its
metadata. What comes out is read by exiftool (label, places, serial numbers) and by
c2pa's own reader under the site's anchor (manifest and parents, the camera's too); bytes of a place or serial number are looked for.
"""

import argparse
import io
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

COUNT, SEED = 300, 20261130
PASSWORD = "bench-only"  # noqa: S105 of a site that is deleted
PLACES = ("GPS", "SerialNumber", "City", "SubLocation")
KINDS = (
    "JPEG", "JPEG CMYK", "JPEG grey", "JPEG rotated", "PNG", "PNG 16 bits", "PNG clear", "PNG palette", "WEBP", "WEBP moving",
    "AVIF", "HEIF", "TIFF", "GIF", "GIF moving", "BMP",
)  # fmt: skip
# What the form of a picture takes; the others come by an import.
UPLOADED = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "AVIF": "avif", "HEIF": "heic", "GIF": "gif"}


def main(arguments) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.origin", description=__doc__)
    parser.add_argument("--pictures", type=int, default=COUNT)
    options = parser.parse_args(arguments)
    if shutil.which("exiftool") is None:
        sys.exit("This needs exiftool: apt-get install libimage-exiftool-perl")
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"MEIRI_HOME": folder, "DJANGO_SETTINGS_MODULE": "meiri.conf.settings"}
        os.environ["MEIRI_STAFF_SECOND_FACTOR"] = "False"
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        _measure(options.pictures, Path(folder))


def _measure(count: int, home: Path) -> None:
    from django.core.management import call_command

    chance = random.Random(SEED)
    brought = {number: (label, camera) for number, label, camera in _brought_in(count, chance, home)}
    labelled = {number: label for number, (label, _) in brought.items()}
    cameras = {number for number, (_, camera) in brought.items() if camera}
    files = dict(_sizes())
    print(
        f"{len(labelled)} pictures, {sum(labelled.values())} with a label, {len(cameras)} signed by a camera; {len(files)} sizes in {home.name}"
    )
    out = home / "out"
    for format in ("ninjs", "newsml-g2", "wxr", "html"):
        call_command("export", to=str(out / format), format=format, stdout=io.StringIO())
    exported = {path: _number(path) for path in out.rglob("*") if path.suffix in (".jpeg", ".webp", ".avif")}
    _report("kept originals", dict(_originals()), labelled, cameras, signed=False)
    for name, found in (("sizes", files), ("exported", exported)):
        _report(name, found, labelled, cameras)
    _report_api(labelled)


def _brought_in(count: int, chance: random.Random, home: Path) -> Iterator[tuple[int, bool, bool]]:
    """Bring pictures in by all doors; the number of each, whether it has a label, and whether a camera signed it."""
    from django.contrib.auth import get_user_model
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.core.management import call_command
    from django.test import Client

    from meiri.media.manifest_reading import TYPES
    from meiri.media.models import Picture
    from meiri.sections.models import Channel
    from tests.media.camera_samples import signed_by_a_camera
    from tests.newsroom_factory import an_article

    Channel.objects.get_or_create(slug="keji", defaults={"name": "科技前沿"})
    client = Client(headers={"host": "localhost"})
    client.force_login(get_user_model().objects.create_superuser("bench", "bench@example.com", PASSWORD))
    doors, began, known = Counter[str](), time.monotonic(), dict[str, tuple[bool, bool]]()
    folder = home / "in"
    folder.mkdir()
    for number in range(count):
        kind, is_labelled = KINDS[number % len(KINDS)], number // len(KINDS) % 3 != 2
        content, is_labelled = _file(kind, is_labelled, chance)
        is_signed = kind.split()[0] in TYPES and number // len(KINDS) % 2 == 0
        if is_signed:
            content = signed_by_a_camera(content, kind.split()[0])
        known[f"图{number}"] = is_labelled, is_signed
        suffix = UPLOADED.get(kind.split()[0])
        fields = {"title": f"图{number}", "caption": "", "credit": ""}
        match (number // 3) % 3 if suffix else 2:
            case 0:
                door = "form"
                file = SimpleUploadedFile(f"{number}.{suffix}", content)
                client.post("/admin/images/add/", {**fields, "file": file})
            case 1:
                door = "several at once"
                file = SimpleUploadedFile(f"{number}.{suffix}", content)
                script = {"X-Requested-With": "XMLHttpRequest"}
                client.post("/admin/images/multiple/add/", {**fields, "files[]": file}, headers=script)
            case _:
                door = "import"
                _page_with(folder, number, content, suffix or kind.split()[0].lower())
        doors[door] += 1
    call_command("import", str(folder), channel="keji", stdout=io.StringIO(), stderr=io.StringIO())
    print(f"{dict(doors)} in {time.monotonic() - began:.0f} s")
    for picture in list(Picture.objects.order_by("pk")):
        an_article(f"有{picture.title}的稿件", picture=picture)
        yield picture.pk, *known.pop(picture.title)
    print(f"not taken: {sorted(known)}")


def _page_with(folder: Path, number: int, content: bytes, suffix: str) -> None:
    """Write a page with a picture, as a browser saves it."""
    files = folder / f"p{number}_files"
    files.mkdir()
    (files / f"p.{suffix}").write_bytes(content)
    text = "".join(
        f"<p>第{number}篇第{n}段：冬小麦播种的进度和各地的天气，由记者从田间发来。</p>" for n in range(6)
    )
    picture = f"<figure><img src='p{number}_files/p.{suffix}'></figure>"
    page = f"<html><head><title>图{number}</title></head><body><article><h1>图{number}</h1>{text}{picture}</article></body></html>"
    (folder / f"p{number}.html").write_text(page)


def _file(kind: str, is_labelled: bool, chance: random.Random) -> tuple[bytes, bool]:
    """A file of a kind, and whether it has a label: BMP holds none."""
    from PIL import Image
    from pillow_heif import from_pillow

    from meiri.media import xmp
    from tests.media.labelled_samples import a_labelled_file, a_packet, exif

    size = chance.choice(((320, 200), (640, 300), (1300, 300)))
    picture = Image.effect_noise(size, 30).convert("RGB")
    picture.paste(tuple(chance.randrange(256) for _ in range(3)), (0, 0, size[0] // 2, size[1]))
    format, _, how = kind.partition(" ")
    modes = {"CMYK": "CMYK", "grey": "L", "clear": "RGBA", "palette": "P"}
    picture = picture.convert(modes.get(how, "RGB"))
    if how == "16 bits":
        picture = picture.convert("L").convert("I").point(lambda value: value * 257).convert("I;16")
    packet = a_packet() if is_labelled else a_packet(**{xmp.AIGC: []})
    out = io.BytesIO()
    more = [picture.copy().rotate(90 * n) for n in (1, 2)]
    if format == "GIF":
        options = {"save_all": True, "append_images": more} if how else {}
        return a_labelled_file("GIF", picture, packet, comment=b"GPS 30.27 120.15", **options), is_labelled
    if format == "BMP":
        picture.save(out, "BMP")
        return out.getvalue(), False
    if format == "HEIF":
        from_pillow(picture).save(out, xmp=packet, exif=exif())
        return out.getvalue(), is_labelled
    options = {"save_all": True, "append_images": more, "duration": 100} if how == "moving" else {}
    return a_labelled_file(format, picture, packet, 6 if how == "rotated" else 1, **options), is_labelled


def _originals() -> Iterator[tuple[Path, int]]:
    from meiri.media.models import Picture

    for picture in Picture.objects.order_by("pk").iterator():
        yield Path(picture.file.path), picture.pk


def _sizes() -> Iterator[tuple[Path, int]]:
    from django.conf import settings

    from meiri.media.models import Picture

    for picture in Picture.objects.order_by("pk").iterator():
        for name in picture.stored_sizes().names():
            yield Path(settings.MEDIA_ROOT) / name, picture.pk


def _number(path: Path) -> int:
    return int(path.name.partition("-")[0])


def _report(
    name: str, files: dict[Path, int], labelled: dict[int, bool], cameras: set[int], signed: bool = True
) -> None:
    """Count what exiftool finds in `files`, each with the number of its picture; where they are `signed`, c2pa too."""
    import c2pa

    from meiri.media.manifest_reading import TYPES
    from meiri.media.manifest_signing import context_trusting
    from meiri.media.site_certificate import site_certificate
    from tests.media.camera_samples import PLACES as BYTES

    context, counts = context_trusting(site_certificate()), Counter[str]()
    ours = {path: number for path, number in files.items() if number in labelled}
    for path, said in _exif(list(ours)):
        keys = " ".join(said)
        has = '"Label":"1"' in said.get("XMP-TC260:Aigc", "")  # exiftool writes unknown names so
        counts["with a label that belongs there"] += has and labelled[ours[path]]
        counts["labels that should be there"] += labelled[ours[path]]
        counts["labels of pictures without one"] += has and not labelled[ours[path]]
        content = path.read_bytes()
        beside = path.with_name(path.name + ".c2pa")
        if signed and not beside.exists():  # exported pictures have the address of theirs on the site
            beside = _stored_manifest(path)
        manifest = beside.read_bytes() if beside and beside.exists() else b""
        is_told = any(one in content + manifest for one in BYTES) or any(word in keys for word in PLACES)
        counts["with a place or serial number"] += is_told
        if not signed:
            continue
        options = {"manifest_data": manifest} if manifest else {}
        type_ = TYPES[path.suffix[1:].upper()]
        try:
            with c2pa.Reader(type_, io.BytesIO(content), context=context, **options) as reader:
                read = json.loads(reader.json())
        except c2pa.C2paError as error:
            print(f"{path.name}: {error}")
            continue
        active = read["manifests"][read["active_manifest"]]
        counts["valid under the site's anchor"] += read["validation_state"] == "Trusted"
        counts["with the original as parent"] += [one["relationship"] for one in active["ingredients"]] == [
            "parentOf"
        ]
        signers = [one["signature_info"]["common_name"] for one in read["manifests"].values()]
        is_led_back = any(one.startswith("某相机") for one in signers)
        counts["leading back to the camera"] += is_led_back
        counts["that should"] += ours[path] in cameras
        if is_led_back != (ours[path] in cameras):
            print(f"  {path.name}: {signers}")
    print(f"{name}: {len(ours)} files")
    for what, number in counts.items():
        print(f"  {number:6} {what}")


def _stored_manifest(path: Path) -> Path | None:
    from django.conf import settings

    found = Path(settings.MEDIA_ROOT) / "pictures" / str(_number(path) // 1000) / f"{path.name}.c2pa"
    return found if found.exists() else None


def _exif(files: list[Path]) -> Iterator[tuple[Path, dict]]:
    for begin in range(0, len(files), 200):
        names = [str(path) for path in files[begin : begin + 200]]
        command = ["exiftool", "-j", "-G1", "-a", "-u", *names]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        for said in json.loads(done.stdout):
            yield Path(said["SourceFile"]), said


def _report_api(labelled: dict[int, bool]) -> None:
    from django.test import Client

    from meiri.newsroom.models import Article

    client, right, asked = Client(headers={"host": "localhost"}), 0, 0
    for article, picture in Article.objects.filter(live=True, picture__in=labelled).values_list(
        "pk", "picture"
    ):
        said = client.get(f"/api/v1/articles/{article}/").json()
        asked += 1
        right += (said["picture_label"] == "1") is labelled[picture]
    print(f"API: {right} of {asked} articles with the label of their picture, or none")


if __name__ == "__main__":
    main(sys.argv[1:])
