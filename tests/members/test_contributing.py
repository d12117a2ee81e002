"""Contributors: apply, are taken on, write, and see what became of it."""

import io

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from meiri.journal.consumers import run_consumer
from meiri.journal.models import Entry
from meiri.media.models import Picture
from meiri.members import contributing
from meiri.members.models import Application, Decision, Manuscript
from meiri.newsroom.models import Article, Author
from meiri.newsroom.publishing import publish
from meiri.personal.models import Notice
from meiri.personal.personal_data import erase_personal_data
from tests.media.test_reencoding import a_file, notes
from tests.members.people import a_member, an_editor, words
from tests.newsroom_factory import a_channel, an_author

pytestmark = pytest.mark.django_db

REASONS = "我在山区邮路走了二十年，想写沿途乡村的变化和人的故事。"
TEXT = "清晨五点，邮车从县城出发。\n\n山路弯弯，第一站是茶乡。" + "茶农们已经在等。" * 10


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def member(client):
    member = a_member()
    client.force_login(member)
    return member


@pytest.fixture
def contributor(member):
    Application.objects.create(member=member, name="林晚舟", reasons=REASONS, state=Decision.ACCEPTED)
    return member


@pytest.fixture
def editor():
    editor = an_editor()
    editor.user_permissions.add(Permission.objects.get(codename="handle_contributor"))
    return editor


def a_picture(name="shan.jpg", size=(400, 300)) -> SimpleUploadedFile:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    Image.new("RGB", size, "#456").save(out, "JPEG", exif=exif)
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


def send(client, **fields):
    channel = a_channel()
    form = {"title": "山路上的邮车", "channel": channel.pk, "text": TEXT, "own_work": "on"}
    return client.post("/members/contributing/write/", form | fields)


def notices(member) -> list[str]:
    return list(Notice.objects.filter(member=member).order_by("pk").values_list("text", flat=True))


def test_a_member_applies_and_an_editor_takes_them_on(client, member, editor):
    client.post("/members/contributing/", {"name": "林晚舟", "reasons": REASONS})
    assert "编辑正在处理" in words(client.get("/members/contributing/"))
    assert client.get("/members/contributing/write/").status_code == 403
    application = Application.objects.get()
    client.force_login(editor)
    assert REASONS in words(client.get("/admin/contributors/"))
    client.post("/admin/contributors/", {"row": application.pk, "deed": "accept", "reply": ""})
    application.refresh_from_db()
    assert application.state == Decision.ACCEPTED
    assert notices(member) == ["您已成为通讯员，可以投稿了。"]
    assert Entry.objects.get(kind="contributor.accepted").actor == f"user:{editor.pk}"
    client.force_login(member)
    assert client.get("/members/contributing/write/").status_code == 200


def test_who_is_declined_is_told_why_and_may_apply_again(client, member, editor):
    application = contributing.apply_as_contributor(member, "林晚舟", REASONS)
    with pytest.raises(ValidationError, match="请写明原因"):
        contributing.decide_application(application, False, " ", editor)
    contributing.decide_application(application, False, "请附上写过的稿件", editor)
    assert "请附上写过的稿件" in words(client.get("/members/contributing/"))
    client.post("/members/contributing/", {"name": "林晚舟", "reasons": REASONS + "附稿件。"})
    assert Application.objects.get().state == Decision.WAITING


def test_nobody_decides_without_the_permission_or_on_ones_own(client, member):
    application = contributing.apply_as_contributor(member, "林晚舟", REASONS)
    with pytest.raises(PermissionDenied):
        contributing.decide_application(application, True, "", member)
    client.post("/members/contributing/", {"name": "林晚舟", "reasons": REASONS, "state": "accepted"})
    application.refresh_from_db()
    assert application.state == Decision.WAITING
    client.force_login(an_editor("other"))
    assert client.post("/admin/contributors/", {"row": application.pk, "deed": "accept"}).status_code in (
        302,
        403,
    )
    application.refresh_from_db()
    assert application.state == Decision.WAITING


def test_a_manuscript_is_a_draft_signed_by_its_writer(client, contributor):
    an_author(name="林晚舟")
    assert send(client, pictures=[a_picture(), a_picture("shui.jpg", (500, 300))]).status_code == 302
    article = Article.objects.get()
    assert (article.live, article.title, article.channel.slug) == (False, "山路上的邮车", "keji")
    (byline,) = article.bylines.all()
    assert (byline.author.name, byline.author.user) == ("林晚舟", contributor)
    assert Author.objects.filter(name="林晚舟").count() == 2
    assert [block.block_type for block in article.body] == ["text", "image", "image"]
    with article.picture.file.open() as file:
        assert b"secret place" not in file.read()
    assert "已收到，编辑正在处理" in words(client.get("/members/contributing/"))


def test_a_photograph_of_an_iphone_becomes_one_that_everybody_sees(client, contributor):
    photograph = a_file("HEIF", Image.new("RGB", (400, 300), "#456"), exif=notes())
    assert b"SECRET-CAMERA" in photograph
    assert "HEIC" in words(client.get("/members/contributing/write/"))
    assert (
        send(client, pictures=[SimpleUploadedFile("IMG_0007.HEIC", photograph, "image/heic")]).status_code
        == 302
    )
    with Article.objects.get().picture.file.open() as file:
        content = file.read()
    assert (Image.open(io.BytesIO(content)).format, b"SECRET-CAMERA" in content) == ("JPEG", False)


def test_what_is_written_stays_text(client, contributor):
    send(client, text="<script>alert(1)</script>" + TEXT)
    assert "<script>" not in str(Article.objects.get().body)


def test_what_is_no_picture_is_refused_and_nothing_stays(client, contributor):
    fake = SimpleUploadedFile("x.jpg", b"<svg onload=alert(1)>" * 20, "image/jpeg")
    answer = send(client, pictures=[a_picture(), fake])
    assert answer.status_code == 422
    assert "第 2 张图片" in words(answer)
    assert not Article.objects.exists()
    assert not Picture.objects.exists()
    many = [a_picture(f"{n}.jpg") for n in range(contributing.MOST_PICTURES + 1)]
    assert "图片最多 6 张" in words(send(client, pictures=many))


def test_sending_twice_makes_one_manuscript(client, contributor):
    for _ in range(2):
        assert send(client, once="A" * 22).status_code == 302
    assert Article.objects.count() == 1


def test_manuscripts_are_bounded(client, contributor):
    for _ in range(contributing.MOST_MANUSCRIPTS):
        send(client)
    assert send(client).status_code == 429


def test_the_writer_is_told_once_that_it_is_used(client, contributor):
    send(client)
    article = Article.objects.get()
    for _ in range(2):
        publish(article)
        run_consumer("contributors")
    assert notices(contributor) == ["来稿《山路上的邮车》已采用。"]
    assert "已采用" in words(client.get("/members/contributing/"))


def test_the_writer_is_told_why_it_is_not_used(client, contributor, editor):
    send(client)
    manuscript = Manuscript.objects.get()
    client.force_login(editor)
    where = "/admin/contributors/?list=manuscripts&state=waiting"
    assert "山路上的邮车" in words(client.get(where))
    client.post(where, {"row": manuscript.pk, "deed": "decline", "reply": "近期已有同题报道"})
    assert notices(contributor) == ["来稿《山路上的邮车》未采用：近期已有同题报道"]
    client.force_login(contributor)
    assert "未采用：近期已有同题报道" in words(client.get("/members/contributing/"))


def test_manuscripts_of_others_are_not_shown(client, contributor):
    send(client, title="别人看不到的稿件")
    other = a_member("zhao.xi")
    Application.objects.create(member=other, name="赵溪", reasons=REASONS, state=Decision.ACCEPTED)
    client.force_login(other)
    assert "别人看不到" not in words(client.get("/members/contributing/"))


def test_what_a_contributor_published_outlives_the_account_and_drafts_do_not(client, contributor):
    send(client, title="发布了的稿件")
    publish(Article.objects.get())
    send(client, title="没有发布的稿件")
    erase_personal_data(contributor)
    article = Article.objects.get()
    assert article.title == "发布了的稿件"
    assert [b.author.name for b in article.bylines.all()] == ["已注销用户"]
    assert not Application.objects.exists()
