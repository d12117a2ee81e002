"""`meiri label_pictures`: pictures that were stored before their files were read for a label."""

from io import StringIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command

from meiri.aigc import AigcLabel
from meiri.changes.models import PublishedChange
from meiri.journal.models import Entry
from meiri.media.adding_pictures import store
from meiri.media.models import Picture
from tests.media.labelled_samples import BLOCK, a_labelled_file, block_in
from tests.media.test_reencoding import a_file
from tests.newsroom_factory import an_article

pytestmark = pytest.mark.django_db


def an_older(title: str, content: bytes | None = None) -> Picture:
    """A picture whose kept file has a label, as a release stored it that did not look for one."""
    picture, _ = store(content or a_labelled_file("PNG"), title)
    nothing = {"provenance": {}, "ai_label": "", "credit": ""}
    Picture.objects.filter(pk=picture.pk).update(**nothing)
    picture = Picture.objects.get(pk=picture.pk)
    picture.make_sizes()
    return Picture.objects.get(pk=picture.pk)


def label_pictures(**options) -> str:
    out = StringIO()
    call_command("label_pictures", stdout=out, stderr=out, **options)
    return out.getvalue()


def test_it_gets_its_label_its_credit_and_sizes_that_carry_them(client, django_capture_on_commit_callbacks):
    picture = an_older("图")
    article = an_article("有图的稿件", picture=picture)
    old = picture.stored_sizes()
    assert "人工智能生成" not in client.get(article.get_absolute_url()).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        assert "1 pictures looked at" in label_pictures()
    picture = Picture.objects.get(pk=picture.pk)
    assert (picture.label, picture.credit) == (AigcLabel.IS, "每日图片社")
    sizes = picture.stored_sizes()
    assert sizes.stem != old.stem
    for name in sizes.names():
        with default_storage.open(name) as file:
            assert block_in(file.read()).producer == BLOCK.producer
    assert not any(map(default_storage.exists, old.names()))
    page = client.get(article.get_absolute_url()).content.decode()
    assert "人工智能生成" in page
    assert Entry.objects.filter(kind="picture.labelled").count() == 1
    assert PublishedChange.objects.get(thing=f"picture:{picture.pk}").reason == "补读图片文件自带的来源和标识"


def test_a_second_run_finds_nothing_to_do_and_what_says_nothing_stays_as_it_is():
    picture, plain = an_older("图"), store(a_file("PNG"), "白图")[0]
    before = Picture.objects.get(pk=plain.pk).variants
    assert "1 say where they come from" in label_pictures()
    entries = Entry.objects.count()
    assert "1 pictures looked at" in label_pictures()
    assert (Entry.objects.count(), Picture.objects.get(pk=plain.pk).variants) == (entries, before)
    assert Picture.objects.get(pk=picture.pk).ai_label == "1"


def test_it_goes_on_where_it_was_interrupted():
    numbers = [an_older("图").pk]
    numbers += [an_older("别的", a_labelled_file("JPEG")).pk, an_older("另一", a_labelled_file("WEBP")).pk]
    assert f"up to number {numbers[0]}" in label_pictures(most=1)
    assert "2 pictures looked at" in label_pictures(after=numbers[0])
    assert set(Picture.objects.values_list("ai_label", flat=True)) == {"1"}


def test_a_file_that_is_gone_or_broken_is_named_and_the_others_are_read():
    gone, broken, good = (
        an_older("没了", a_labelled_file("JPEG")),
        an_older("坏了", a_labelled_file("WEBP")),
        an_older("好"),
    )
    default_storage.delete(gone.file.name)
    name = broken.file.name
    default_storage.delete(name)
    default_storage.save(name, ContentFile(b"\x89PNG\r\n\x1a\nbroken"))
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("label_pictures", stdout=out, stderr=out)
    assert ended.value.code == 1
    assert f"Picture {gone.pk}: 文件读不出来" in out.getvalue()
    assert f"Picture {broken.pk}: 不是可以使用的图片" in out.getvalue()
    assert Picture.objects.get(pk=good.pk).ai_label == "1"


def test_a_file_that_came_meanwhile_keeps_what_it_says_itself(monkeypatch):
    from meiri.media import labelling_older

    picture = an_older("图")
    drawn = labelling_older.drawn

    def slowly(*arguments):
        Picture.objects.filter(pk=picture.pk).update(provenance={"credit": "另一家"})
        return drawn(*arguments)

    monkeypatch.setattr(labelling_older, "drawn", slowly)
    assert "0 say where they come from" in label_pictures()
    assert Picture.objects.get(pk=picture.pk).provenance == {"credit": "另一家"}
