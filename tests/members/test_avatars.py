"""Avatars: drawn anew, looked at by a moderator, shown beside comments, gone with everything when they are taken away."""

import io
import re
import zipfile

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from meiri.journal.content_keys import AVATAR
from meiri.journal.models import Entry
from meiri.members import avatars
from meiri.members.avatars import Avatar, AvatarState, decide_avatar
from meiri.personal.models import Notice
from meiri.personal.personal_data import erase_personal_data, export_personal_data
from meiri.visitors.letter_avatars import letter_avatar, letter_of
from tests.comments.test_thread_pages import a_comment
from tests.members.people import a_member, an_editor, words
from tests.newsroom_factory import an_article

pytestmark = pytest.mark.django_db(transaction=True)


def a_photograph(size=(640, 400), format="JPEG") -> bytes:
    """Red on the left and the right, green in the middle, taken at a place."""
    picture = Image.new("RGB", size, "red")
    picture.paste("green", (size[0] // 2 - size[1] // 2, 0, size[0] // 2 + size[1] // 2, size[1]))
    notes = Image.Exif()
    notes[0x010F] = "Kamera"
    notes[0x8825] = {1: "N", 2: (39.0, 54.0, 20.0)}
    out = io.BytesIO()
    picture.save(out, format, exif=notes.tobytes())
    return out.getvalue()


def send(client, content=None, **more):
    picture = SimpleUploadedFile("../../我家.jpg", content or a_photograph(), "image/jpeg")
    return client.post("/members/avatar/", {"picture": picture, **more})


@pytest.fixture
def member():
    return a_member()


@pytest.fixture
def own(member) -> Client:
    client = Client()
    client.force_login(member)
    return client


@pytest.fixture
def moderator():
    return an_editor("shenhe", is_superuser=True)


def approved(own, moderator) -> Avatar:
    send(own)
    return decide_avatar(Avatar.objects.get(), True, "", moderator)


def fragment(article) -> str:
    return words(Client().get(f"/fragments/comments/{article.pk}/"))


def test_a_picture_is_made_square_and_holds_nothing_else_of_the_file(own):
    assert send(own)["Location"] == "/members/avatar/"
    name = Avatar.objects.get().file.name
    assert re.fullmatch(r"avatars/[0-9a-f]{32}\.jpg", name)
    content = default_storage.open(name).read()
    assert b"Kamera" not in content
    with Image.open(io.BytesIO(content)) as kept:
        assert (kept.size, kept.format, dict(kept.getexif())) == ((160, 160), "JPEG", {})
        corner = kept.getpixel((3, 80))
    assert corner[1] > 100 > corner[0]  # the middle of the picture, which is green
    answer = own.get(f"/media/{name}")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "请上传 JPEG"),
        (a_photograph()[:300], "无法识别"),
        (a_photograph((100, 100)), "图片太小"),
    ],
)
def test_what_is_no_fit_picture_is_refused_with_the_reason_and_keeps_the_one_before(own, content, reason):
    send(own)
    before = Avatar.objects.get().file.name
    answer = send(own, content)
    assert answer.status_code == 422
    assert reason in words(answer)
    assert Avatar.objects.get().file.name == before
    assert default_storage.exists(before)


def test_a_file_that_is_too_large_and_no_file_are_refused(own, monkeypatch):
    monkeypatch.setattr(avatars, "MOST_BYTES", 1000)
    assert send(own).status_code == 422
    assert "请选择一张图片" in words(own.post("/members/avatar/"))
    assert not Avatar.objects.exists()


def test_readers_see_it_from_when_a_moderator_approved_it(own, member, moderator):
    article = an_article()
    a_comment(article, member=member, name="林间", text="写得好。")
    a_comment(article, name="路人", text="同意。")
    send(own)
    name = Avatar.objects.get().file.name
    page = fragment(article)
    assert name not in page
    assert page.count('<svg class="avatar"') == 2
    decide_avatar(Avatar.objects.get(), True, "", moderator)
    page = fragment(article)
    assert f'<img class="avatar" src="/media/{name}" width="40" height="40" alt="" loading="lazy">' in page
    assert page.count('<svg class="avatar"') == 1
    assert "您的头像已通过审核" in Notice.objects.get(member=member).text
    entry = Entry.objects.order_by("-pk")[0]
    assert (entry.kind, entry.keys) == ("avatar.approved", [AVATAR.key(member.pk)])
    masthead = words(own.get("/members/fragments/masthead/"))
    assert name in masthead


def test_a_picture_that_waits_is_seen_by_who_sent_it_and_who_decides_alone(own, moderator):
    send(own)
    address = Avatar.objects.get().file.url
    desk, other = Client(), Client()
    desk.force_login(moderator)
    other.force_login(a_member("mushan", nickname="木山"))
    asked = [one.get(address) for one in (Client(), other, own, desk)]
    assert [answer.status_code for answer in asked] == [404, 404, 200, 200]
    assert asked[2]["Cache-Control"] == "private, no-store"
    decide_avatar(Avatar.objects.get(), True, "", moderator)
    assert Client().get(address)["Cache-Control"].startswith("public")


def test_what_was_declined_is_nowhere_and_its_reason_is_told(own, member, moderator):
    avatar = approved(own, moderator)
    name = avatar.file.name
    article = an_article()
    a_comment(article, member=member, name="林间", text="写得好。")
    assert name in fragment(article)
    decide_avatar(avatar, False, "含有二维码", moderator)
    assert name not in fragment(article)
    assert not default_storage.exists(name)
    assert Client().get(f"/media/{name}").status_code == 404
    assert "没有通过审核：含有二维码" in words(own.get("/members/avatar/"))
    assert Entry.objects.order_by("-pk")[0].kind == "avatar.declined"


def test_the_desk_decides_what_it_saw_and_gives_a_reason(own, moderator):
    desk = Client()
    desk.force_login(moderator)
    send(own)
    seen = Avatar.objects.get()
    page = words(desk.get("/admin/avatars/"))
    assert seen.file.url in page
    asked = {"row": seen.pk, "file": seen.file.name}
    desk.post("/admin/avatars/", asked | {"deed": "decline"})
    assert Avatar.objects.get().state == AvatarState.WAITING
    send(own)  # another one, which nobody has looked at
    desk.post("/admin/avatars/", asked | {"deed": "accept"})
    assert Avatar.objects.get().state == AvatarState.WAITING
    newer = Avatar.objects.get()
    desk.post("/admin/avatars/", {"row": newer.pk, "file": newer.file.name, "deed": "accept"})
    assert Avatar.objects.get().state == AvatarState.APPROVED


def test_nobody_else_opens_the_desk_or_decides(own, member):
    send(own)
    editor = an_editor()
    desk = Client()
    desk.force_login(editor)
    assert desk.get("/admin/avatars/").status_code in (302, 403)
    asked = {"row": Avatar.objects.get().pk, "file": Avatar.objects.get().file.name, "deed": "accept"}
    assert desk.post("/admin/avatars/", asked).status_code in (302, 403)
    assert Avatar.objects.get().state == AvatarState.WAITING
    assert Client().get("/members/avatar/")["Location"].startswith("/members/login/")


def test_a_member_takes_it_away(own, member, moderator):
    name = approved(own, moderator).file.name
    own.post("/members/avatar/", {"deed": "remove"})
    assert not Avatar.objects.exists()
    assert not default_storage.exists(name)
    assert Entry.objects.order_by("-pk")[0].kind == "avatar.removed"
    own.post("/members/avatar/", {"deed": "remove"})  # nothing is there, nothing happens


def test_it_is_in_the_copy_of_a_members_data_and_goes_with_the_account(own, member, moderator):
    name = approved(own, moderator).file.name
    (row,) = export_personal_data(member)["头像"]
    assert row["图片"].endswith(name)
    archive = zipfile.ZipFile(io.BytesIO(own.post("/members/export/").content))
    assert archive.read("头像.jpg") == default_storage.open(name).read()
    erase_personal_data(member)
    assert not Avatar.objects.exists()
    assert not default_storage.exists(name)


def test_an_account_that_is_deleted_in_the_newsroom_leaves_no_file(own, member, moderator):
    name = approved(own, moderator).file.name
    member.delete()
    assert not default_storage.exists(name)


def test_a_transaction_that_fails_leaves_no_file_and_no_row(member):
    names = []

    @transaction.atomic
    def fail():
        names.append(avatars.send_avatar(member, a_photograph()).file.name)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert not Avatar.objects.exists()
    assert not default_storage.exists(names[0])


def test_a_member_sends_a_few_a_day(own, monkeypatch):
    monkeypatch.setattr(avatars, "MOST_SENT", 1)
    assert send(own).status_code == 302
    assert send(own).status_code == 429


def test_comments_ask_one_query_for_all_their_members():
    article, counts = an_article(), []
    for n in range(12):
        writer = a_member(f"reader{n}", nickname=f"读者{n}")
        Avatar.objects.create(member=writer, file=f"avatars/{n:032x}.jpg", state=AvatarState.APPROVED)
        a_comment(article, member=writer, name=writer.nickname, text="写得好。")
        with CaptureQueriesContext(connection) as queries:
            page = fragment(article)
        assert page.count('<img class="avatar"') == n + 1
        counts.append(len(queries))
    assert counts[-1] == counts[1]


@pytest.mark.parametrize(
    ("name", "letter"),
    [
        ("林间", "林"),
        ("xiao li", "X"),
        ("🌾麦田", "🌾"),
        ("“引号”", "引"),
        ("2026", "2"),
        ("", "客"),
        ("\u202e", "客"),
    ],
)
def test_whoever_has_none_gets_a_letter_of_the_name(name, letter):
    assert letter_of(name) == letter
    assert f">{letter}</text>" in letter_avatar(name)


def test_a_name_is_a_letter_and_never_markup():
    assert "&lt;</text>" in letter_avatar("<script>")
    assert letter_avatar("林间") == letter_avatar("林间") != letter_avatar("山外")
