"""What leaves in other systems' formats says in words which pictures artificial intelligence made, and their files carry it."""

import json

import pytest
from django.core.management import call_command
from PIL import Image

from meiri.ingest.leaving.exporting_articles import OPEN_FORMATS
from meiri.media.adding_pictures import store
from tests.media.labelled_samples import PRODUCER, a_labelled_file, block_in
from tests.newsroom_factory import an_article


@pytest.fixture
def folder(db, tmp_path, settings):
    settings.HOME, settings.MEDIA_ROOT = tmp_path, tmp_path / "media"
    picture, _ = store(a_labelled_file("JPEG", Image.new("RGB", (900, 600), "red")), "图")
    plain, _ = store(a_labelled_file("PNG", packet=b""), "图")
    body = [("image", {"image": one, "caption": "说明", "credit": ""}) for one in (picture, plain)]
    an_article("有图片的稿件", picture=picture, text=body)
    return tmp_path / "out"


@pytest.mark.parametrize("name", OPEN_FORMATS)
def test_a_label_leaves_in_words_and_in_the_file(folder, name):
    call_command("export", to=str(folder), format=name)
    texts = "".join(
        path.read_text() for path in folder.rglob("*") if path.suffix in (".json", ".xml", ".html")
    )
    assert texts.count("说明（人工智能生成）") == 1
    labelled = [block for path in folder.rglob("*.jpeg") if (block := block_in(path.read_bytes()))]
    assert [block.producer for block in labelled] == [PRODUCER]
    manifests = {path.name for path in folder.rglob("*.c2pa")}
    assert manifests == {f"{path.name}.c2pa" for path in folder.rglob("*.jpeg")} != set()


def test_ninjs_says_whose_the_picture_is(folder):
    call_command("export", to=str(folder), format="ninjs")
    (item,) = json.loads(next(folder.glob("ninjs.*.json")).read_text())
    (picture,) = item["associations"]
    assert (picture["by"], picture["copyrightNotice"]) == ("每日图片社", "© 2026 每日图片社")
    assert picture["edNote"] == "人工智能生成"
