"""What is in use is not deleted, by whatever door; it is taken down, and then it is gone from everywhere at once."""

import io

import pytest
from django.core.cache import caches
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse
from PIL import Image
from wagtail.documents.models import Document
from wagtail.models import Collection, GroupCollectionPermission

from meiri.delivery.cdn import keys_of
from meiri.delivery.page_store import page_store
from meiri.fronts.initial_pages import create_pages
from meiri.fronts.pages import MagazineIssuePage, MagazineShelfPage, StandardPage, TopicIndexPage, TopicPage
from meiri.journal.models import Entry
from meiri.media import removing
from meiri.media.models import Picture, Rendition
from meiri.media.removing import InUse, take_down
from meiri.media.use import is_used, users_of
from meiri.newsroom.models import Article, Listing
from meiri.newsroom.place_kinds import PlaceKind
from tests.media.stored_names import stored_names
from tests.newsroom_factory import a_channel, a_draft, an_article

pytestmark = pytest.mark.django_db


def a_picture(title="山", size=(90, 60), colour="red") -> Picture:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return Picture.objects.create(title=title, file=ContentFile(out.getvalue(), "a.png"))


def a_document(title="通知", content=b"%PDF-1.4 x", name="n.pdf") -> Document:
    return Document.objects.create(title=title, file=ContentFile(content, name))


@pytest.fixture(autouse=True)
def no_renditions_at_hand():
    """Wagtail keeps renditions in the process by their picture's number, which the next test has again."""
    caches["default"].clear()


@pytest.fixture
def chief(client, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("zhubian", "z@example.com", "x"))
    return client


def files_of(picture: Picture) -> list[str]:
    picture.get_rendition("max-50x50")
    renditions = Rendition.objects.filter(image=picture)
    names = [picture.file.name, *picture.stored_sizes().names(), *(r.file.name for r in renditions)]
    assert len(names) >= 5
    assert all(map(default_storage.exists, names))
    return names


def image_block(picture):
    return ("image", {"image": picture, "caption": "", "credit": ""})


USES = {
    "lead": lambda p: an_article("甲", picture=p),
    "body": lambda p: an_article("甲", text=[image_block(p)]),
    "gallery": lambda p: an_article(
        "甲", text=[("gallery", {"pictures": [{"image": p, "caption": "", "credit": ""}] * 2})]
    ),
    "draft": lambda p: a_draft("甲", picture=p),
}


@pytest.mark.parametrize("use", USES)
def test_a4_a_used_picture_is_deleted_by_no_door(chief, use):
    picture, free = a_picture(), a_picture("水")
    USES[use](picture)
    names = files_of(picture)
    page = chief.get(f"/admin/images/{picture.pk}/delete/").content.decode()
    assert "正在使用，不能删除" in page
    assert reverse("media_take_down_picture", args=[picture.pk]) in page
    chief.post(f"/admin/images/{picture.pk}/delete/")
    refused = chief.post(
        f"/admin/images/multiple/{picture.pk}/delete/", headers={"X-Requested-With": "XMLHttpRequest"}
    )
    assert refused.status_code == 409
    assert "正在使用" in refused.json()["error_message"]
    bulk = f"/admin/bulk/media/picture/delete/?id={picture.pk}&id={free.pk}&next=/admin/images/"
    assert chief.post(bulk).status_code == 302
    for delete in (
        picture.delete,
        Picture.objects.all().delete,
        Picture.objects.filter(pk=picture.pk).delete,
    ):
        with pytest.raises(InUse), transaction.atomic():
            delete()
    assert Picture.objects.count() == 2
    assert all(map(default_storage.exists, names))
    assert not Entry.objects.filter(kind__in=["picture.deleted", "picture.taken_down"]).exists()


def test_a4_a_used_document_is_deleted_by_no_door(chief):
    document = a_document()
    an_article("甲", text=[("document", document)])
    assert "正在使用，不能删除" in chief.get(f"/admin/documents/delete/{document.pk}/").content.decode()
    chief.post(f"/admin/documents/delete/{document.pk}/")
    assert chief.post(f"/admin/documents/multiple/{document.pk}/delete/").status_code == 409
    chief.post(f"/admin/bulk/wagtaildocs/document/delete/?id={document.pk}&next=/admin/")
    with pytest.raises(InUse), transaction.atomic():
        Document.objects.all().delete()
    assert default_storage.exists(Document.objects.get().file.name)


def test_a4_what_only_a_draft_uses_is_counted_and_kept(chief):
    first, second, document = a_picture("一"), a_picture("二"), a_document()
    article = an_article("甲", picture=first)
    draft = article.get_latest_revision_as_object()
    draft.picture = second
    draft.body = [*draft.body.raw_data, {"type": "document", "value": document.pk, "id": "b" * 36}]
    draft.save_revision()
    assert [len(users_of(item)) for item in (first, second, document)] == [1, 1, 1]
    assert second.get_usage().count() == 1
    listed = chief.get("/admin/images/?layout=list").content.decode()
    assert listed.count("/usage/") >= 2
    Article.objects.get(pk=article.pk).save()  # whatever saves the row, such as a lock
    assert is_used(second)
    with pytest.raises(InUse), transaction.atomic():
        second.delete()
    article.refresh_from_db()
    article.get_latest_revision_as_object().save_revision().publish()
    assert not is_used(first)
    assert is_used(second)


def test_a6_files_of_a_deleted_picture_are_gone_with_the_row(chief, django_capture_on_commit_callbacks):
    for door in (
        lambda p: chief.post(f"/admin/images/{p.pk}/delete/"),
        lambda p: chief.post(f"/admin/images/multiple/{p.pk}/delete/"),
        lambda p: chief.post(f"/admin/bulk/media/picture/delete/?id={p.pk}&next=/admin/"),
        lambda p: p.delete(),
        lambda p: Picture.objects.filter(pk=p.pk).delete(),
    ):
        with django_capture_on_commit_callbacks(execute=True):
            picture = a_picture()
        names = files_of(picture)
        address = f"/media/{next(picture.stored_sizes().names())}"
        assert chief.get(address).status_code == 200
        with django_capture_on_commit_callbacks(execute=True):
            door(picture)
        assert not Picture.objects.exists()
        assert [name for name in names if default_storage.exists(name)] == []
        assert chief.get(address).status_code == 404


def test_a6_a_new_file_takes_the_place_of_all_that_was_made_of_the_old_one(
    chief, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        picture, document = a_picture(), a_document()
    an_article("甲", picture=picture)
    names, paper = files_of(picture), document.file.name
    out = io.BytesIO()
    Image.new("RGB", (80, 80), "blue").save(out, "PNG")
    fields = {"title": "山", "caption": "", "credit": "", "collection": picture.collection_id}
    with django_capture_on_commit_callbacks(execute=True):
        new = fields | {"file": SimpleUploadedFile("b.png", out.getvalue())}
        assert chief.post(f"/admin/images/{picture.pk}/", new).status_code == 302
        new = {"title": "通知", "collection": 1, "file": SimpleUploadedFile("m.pdf", b"%PDF-1.7 y")}
        assert chief.post(f"/admin/documents/edit/{document.pk}/", new).status_code == 302
    assert [name for name in [*names, paper] if default_storage.exists(name)] == []
    picture.refresh_from_db()
    assert (picture.width, len(files_of(picture))) == (80, 5)
    assert default_storage.exists(Document.objects.get().file.name)


@pytest.mark.django_db(transaction=True)
def test_a6_what_is_rolled_back_leaves_no_file():
    def breaks_off(*deeds):
        with transaction.atomic():
            for deed in deeds:
                deed()
            raise ZeroDivisionError

    def fails():
        raise ZeroDivisionError

    if Collection.get_first_root_node() is None:  # an earlier test that commits has emptied the tables
        Collection.add_root(name="Root")
    before, kept = stored_names(), a_picture("留")
    with pytest.raises(ZeroDivisionError):
        breaks_off(a_picture, a_document)
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError):
            breaks_off(a_picture)
        also = a_document()
    sizes = kept.stored_sizes()
    expected = {kept.file.name, *sizes.names(), *sizes.manifests(), also.file.name}
    assert expected == stored_names() - before
    # What is committed stays, also where something else fails after the commit.
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        [transaction.on_commit(fails), a_picture("成")]
    picture = Picture.objects.get(title="成")
    assert all(map(default_storage.exists, [picture.file.name, *picture.stored_sizes().names()]))


def test_a4_a_picture_taken_down_is_gone_from_every_page_list_and_file(
    chief, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        picture = a_picture()
    article = an_article("甲", picture=picture, text=[image_block(picture), ("text", "<p>正文。</p>")])
    draft = a_draft("乙", picture=picture)
    names = files_of(picture)
    stem = picture.stored_sizes().stem
    assert stem in chief.get(article.get_absolute_url()).content.decode()
    assert Listing.objects.filter(article=article, place_kind=PlaceKind.PICTURED).exists()
    address = reverse("media_take_down_picture", args=[picture.pk])
    assert "2 处" in chief.get(address).content.decode()
    assert "必填" in chief.post(address, {"reason": "  "}).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        assert chief.post(address, {"reason": "著作权人来函", "destroy": "on"}).status_code == 302
    assert [name for name in names if default_storage.exists(name)] == []
    page = chief.get(article.get_absolute_url())
    assert page.status_code == 200
    assert stem not in page.content.decode()
    assert chief.get("/keji/").status_code == 200
    assert not Listing.objects.filter(article=article, place_kind=PlaceKind.PICTURED).exists()
    entry = Entry.objects.get(kind="picture.taken_down")
    assert entry.payload["reason"] == "著作权人来函"
    assert entry.keys[0] == f"picture:{picture.pk}"
    assert {"pictures", f"article:{article.pk}", f"article:{draft.pk}"} <= set(entry.keys)
    assert chief.get(f"/admin/snippets/newsroom/article/edit/{draft.pk}/").status_code == 200


def test_a4_taking_down_needs_a_reason_and_a_right_to_all_that_uses_it(django_user_model):
    picture = a_picture()
    an_article("甲", picture=picture, channel=a_channel())
    for reason in ("", "  ", "长" * 201):
        with pytest.raises(ValidationError):
            take_down(picture, reason)
    assert Picture.objects.exists()


def test_b4_whoever_may_not_delete_does_not_by_any_program_either(django_user_model):
    picture, document = a_picture(), a_document()
    reader = django_user_model.objects.create_user("reader")
    for item in (picture, document):
        with pytest.raises(PermissionDenied):
            removing.delete(item, by=reader)
    assert Picture.objects.filter(pk=picture.pk).exists()
    assert Document.objects.filter(pk=document.pk).exists()


def test_b4_a_desk_neither_takes_down_nor_replaces_what_another_desk_shows(client, django_user_model):
    from django.contrib.auth.models import Group, Permission

    from meiri.newsroom.models import Desk

    ours, theirs = a_channel("要闻", "yaowen"), a_channel("文化", "wenhua")
    group = Group.objects.create(name="要闻部")
    group.permissions.add(
        Permission.objects.get(codename="access_admin"),
        *Permission.objects.filter(codename__in=["change_article", "publish_article", "add_article"]),
    )
    desk = Desk.objects.create(group=group)
    desk.channels.add(ours)
    for codename in ("add_image", "change_image", "choose_image"):
        GroupCollectionPermission.objects.create(
            group=group,
            collection_id=1,
            permission=Permission.objects.get(codename=codename, content_type__app_label="wagtailimages"),
        )
    editor = django_user_model.objects.create_user("bianji", "b@example.com", "x")
    editor.groups.add(group)
    client.force_login(editor)
    own, foreign = a_picture("自己的"), a_picture("别人的")
    an_article("甲", picture=own, channel=ours)
    an_article("乙", picture=foreign, channel=theirs)
    for picture, status in ((foreign, 302), (own, 200)):
        assert client.get(reverse("media_take_down_picture", args=[picture.pk])).status_code == status
    client.post(reverse("media_take_down_picture", args=[foreign.pk]), {"reason": "因故"})
    with pytest.raises(PermissionDenied):
        take_down(foreign, "因故", by=editor)
    out = io.BytesIO()
    Image.new("RGB", (80, 80), "blue").save(out, "PNG")
    fields = {"title": "山", "caption": "", "credit": "", "collection": 1}
    for picture, status in ((foreign, 200), (own, 302)):
        file = SimpleUploadedFile("b.png", out.getvalue())
        answer = client.post(f"/admin/images/{picture.pk}/", fields | {"file": file})
        assert answer.status_code == status
    assert Picture.objects.get(pk=foreign.pk).width == 90
    take_down(own, "因故", by=editor)
    assert list(Picture.objects.all()) == [foreign]


def test_a4_pages_that_editors_lay_out_keep_what_they_show(django_capture_on_commit_callbacks):
    home = create_pages()
    banner, cover, shown, paper, drafted = (
        a_picture("题图"), a_picture("封面"), a_picture("插图"), a_document(), a_picture("备选")
    )  # fmt: skip
    topics, shelf = TopicIndexPage.objects.get(), MagazineShelfPage.objects.get()
    topic = topics.add_child(instance=TopicPage(title="秋收", slug="qiushou", banner=banner))
    piece = f'<p>文。</p><embed alt="图" embedtype="image" format="fullwidth" id="{shown.pk}"/>'
    entry = {"section": "栏", "title": "题", "page": 1, "author": "", "summary": "", "body": piece}
    shelf.add_child(
        instance=MagazineIssuePage(
            title="一期", slug="2026-01", number="第1期", cover=cover, contents=[("entry", entry)]
        )
    )
    link = f'<p><a linktype="document" id="{paper.pk}">章程</a></p>'
    home.add_child(instance=StandardPage(title="章程", slug="zhangcheng", body=link))
    topic.banner = drafted
    topic.save_revision()
    topic.refresh_from_db()
    topic.save()
    items = (banner, cover, shown, paper, drafted)
    used = {item.title: [model.__name__ for model, _ in users_of(item)] for item in items}
    assert used == {
        "题图": ["TopicPage"],
        "封面": ["MagazineIssuePage"],
        "插图": ["MagazineIssuePage"],
        "通知": ["StandardPage"],
        "备选": ["TopicPage"],
    }
    for item in items:
        with pytest.raises(InUse), transaction.atomic():
            item.delete()
        with django_capture_on_commit_callbacks(execute=True):
            take_down(item, "因故")
        deed = Entry.objects.filter(kind__endswith=".taken_down").order_by("sequence").last()
        assert [key for key in deed.keys if key.startswith("page:")], item.title
    assert not Picture.objects.exists()


def test_a4_a_cdn_is_told_to_forget_all_files(tmp_path, settings, django_capture_on_commit_callbacks):
    settings.HOME, settings.PAGE_FILES, settings.CDN = tmp_path, True, "purge://127.0.0.1:1"
    with django_capture_on_commit_callbacks(execute=True):
        picture, document = a_picture(), a_document()
    an_article("甲", picture=picture)
    expected = {f"/media/{name}" for name in picture.stored_sizes().names()} | {document.url}
    with django_capture_on_commit_callbacks(execute=True):
        take_down(picture, "因故")
        document.delete()
    told = {address for _, address in page_store().index.unpurged(100)}
    assert expected <= told
    assert {key for address in expected for key in keys_of([address])} == {
        Entry.objects.get(kind=kind).keys[0] for kind in ("picture.taken_down", "document.deleted")
    }
