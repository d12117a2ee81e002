"""Friend links: asked for, decided on, checked each day, counted when followed."""

import io
import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from meiri.fronts.applying import MOST
from meiri.fronts.friend_links import FAILING, FriendLink
from meiri.fronts.link_checking import check_next, reach
from meiri.fronts.logos import SIZE
from meiri.journal.models import Entry
from meiri.outbound import OutboundRules, Unreachable
from meiri.web import page_frame
from tests.newsroom.test_admin import an_editor
from tests.other_site import a_server, stop

pytestmark = pytest.mark.django_db
SITE = {"name": "江南晚讯", "url": "https://jiangnan.example.com/", "contact": "林晚舟 13800001234"}
BROWSER = {"HTTP_USER_AGENT": "Mozilla/5.0 (Linux; Android 14) Chrome/130.0"}


@pytest.fixture(autouse=True)
def nothing_kept():
    page_frame.forget_frame()
    yield
    page_frame.forget_frame()


def text(response) -> str:
    return response.content.decode()


def send(client, **fields):
    return client.post("/links/apply/", {**SITE, **fields})


def a_link(**fields) -> FriendLink:
    return FriendLink.objects.create(**{"name": "北岭日志", "url": "https://beiling.example.org/", **fields})


def a_picture(format="PNG", size=(600, 300), **options) -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, format, **options)
    return SimpleUploadedFile(f"logo.{format.lower()}", out.getvalue())


@pytest.fixture
def desk(client, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("zhubian", "z@example.com", "x"))
    return client


class TestAnApplication:
    def test_waits_for_an_editor_and_has_a_receipt(self, client):
        receipt = send(client)["Location"]
        assert re.fullmatch(r"/links/receipt/[A-Za-z0-9_-]{24}/", receipt)
        assert "编辑正在核实" in text(client.get(receipt))
        link = FriendLink.objects.get()
        assert (link.state, link.contact) == ("applied", SITE["contact"])
        for address in ("/links/", "/corrections/", receipt):
            assert SITE["contact"] not in text(client.get(address))
        assert SITE["name"] not in text(client.get("/links/"))
        assert SITE["contact"] not in str(list(Entry.objects.values("payload")))

    def test_is_shown_once_approved(self, client, desk):
        receipt = send(client)["Location"]
        link = FriendLink.objects.get()
        desk.post(f"/admin/snippets/fronts/friendlink/edit/{link.pk}/", form_of(link, state="shown"))
        assert "已通过" in text(client.get(receipt))
        for address in ("/links/", "/corrections/"):
            assert f'href="{SITE["url"]}" ping="{settings.BASE_URL}/links/{link.pk}/"' in text(
                client.get(address)
            )

    def test_is_refused_with_a_reason_only(self, client, desk):
        receipt = send(client)["Location"]
        link = FriendLink.objects.get()
        edit = f"/admin/snippets/fronts/friendlink/edit/{link.pk}/"
        assert "请写明未通过的原因" in text(desk.post(edit, form_of(link, state="refused")))
        desk.post(edit, form_of(link, state="refused", reason="网站无法访问。"))
        assert "网站无法访问。" in text(client.get(receipt))
        assert Entry.objects.filter(kind="friendlink.changed", payload__id=str(link.pk)).exists()

    def test_sent_twice_is_one(self, client):
        once = "B" * 22
        assert send(client, once=once)["Location"] == send(client, once=once)["Location"]
        assert FriendLink.objects.count() == 1

    @pytest.mark.parametrize(
        "fields",
        [
            {"url": "javascript:alert(1)"},
            {"url": "ftp://example.com/"},
            {"url": "data:text/html,x"},
            {"name": ""},
            {"contact": ""},
        ],
    )
    def test_must_be_whole_and_lead_to_the_web(self, client, fields):
        assert send(client, **fields).status_code == 422
        assert FriendLink.objects.count() == 0

    def test_by_robots_is_not_kept_and_many_are_slowed_down(self, client):
        assert "申请已收到" in text(send(client, website="x"))
        for _ in range(MOST):
            assert send(client).status_code == 302
        assert send(client).status_code == 429
        assert FriendLink.objects.count() == MOST
        assert send(Client(enforce_csrf_checks=True)).status_code == 403

    def test_nobody_else_finds_its_receipt(self, client):
        send(client)
        for key in ("A" * 24, FriendLink.objects.get().key_digest):
            assert client.get(f"/links/receipt/{key}/").status_code == 404

    def test_only_who_may_change_links_sees_the_contact(self, client):
        send(client)
        client.force_login(an_editor())
        answer = client.get(f"/admin/snippets/fronts/friendlink/edit/{FriendLink.objects.get().pk}/")
        assert answer.status_code in (302, 403)


def form_of(link: FriendLink, **fields) -> dict:
    now = {n: getattr(link, n) for n in ("name", "url", "group", "order", "state", "reason", "contact")}
    return now | fields


class TestALogo:
    @pytest.mark.parametrize("format", ["PNG", "JPEG", "GIF", "WEBP"])
    def test_is_drawn_anew_and_small(self, client, format):
        send(client, logo=a_picture(format))
        link = FriendLink.objects.get()
        with default_storage.open(link.logo.name) as kept, Image.open(kept) as picture:
            assert picture.format == "PNG"
            assert picture.width <= SIZE[0]
            assert picture.height <= SIZE[1]

    def test_keeps_nothing_but_the_picture(self, client):
        from PIL.PngImagePlugin import PngInfo

        told = PngInfo()
        told.add_text("Comment", "<script>alert(1)</script>")
        file = a_picture(pnginfo=told)
        file = SimpleUploadedFile("../../x.html", file.read() + b"<script>alert(2)</script>")
        send(client, logo=file)
        link = FriendLink.objects.get()
        with default_storage.open(link.logo.name) as kept:
            assert b"<script" not in kept.read()
        assert re.fullmatch(r"friendlinks/[0-9a-f]{24}\.png", link.logo.name)

    @pytest.mark.parametrize(
        "content",
        [
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
            b"GIF89a" + b"\0" * 20,
            b"\x89PNG\r\n\x1a\n" + b"A" * 100,
            b"x" * (513 * 1024),
            a_picture(size=(3000, 3000)).read(),
        ],
    )
    def test_that_is_no_small_picture_is_refused(self, client, content):
        answer = send(client, logo=SimpleUploadedFile("logo.png", content))
        assert answer.status_code == 422
        assert FriendLink.objects.count() == 0


class TestAClick:
    def test_is_counted_once_for_a_reader(self, client):
        link = a_link()
        for _ in range(3):
            assert client.post(f"/links/{link.pk}/", **BROWSER).status_code == 204
        client.post(f"/links/{link.pk}/", HTTP_USER_AGENT="Mozilla/5.0 Firefox/140.0")
        link.refresh_from_db()
        assert link.clicks == 2

    @pytest.mark.parametrize(
        "headers",
        [
            {"HTTP_USER_AGENT": "Mozilla/5.0 (compatible; Baiduspider/2.0)"},
            {"HTTP_USER_AGENT": ""},
            {**BROWSER, "HTTP_SEC_FETCH_SITE": "cross-site"},
        ],
    )
    def test_of_a_robot_or_from_elsewhere_is_not(self, client, headers):
        link = a_link()
        assert client.post(f"/links/{link.pk}/", **headers).status_code == 204
        link.refresh_from_db()
        assert link.clicks == 0

    def test_leads_nowhere(self, client):
        hidden = a_link(state="applied")
        client.post(f"/links/{hidden.pk}/", **BROWSER)
        hidden.refresh_from_db()
        assert hidden.clicks == 0
        assert client.get(f"/links/{a_link().pk}/?url=https://evil.example/").status_code == 405
        assert client.post("/links/99999999999999999999/", **BROWSER).status_code == 204

    def test_is_shown_to_editors(self, desk):
        a_link(clicks=4711, failures=FAILING, last_failure="域名无法解析")
        page = text(desk.get("/admin/snippets/fronts/friendlink/"))
        assert "4711" in page
        assert "打不开，请核实（连续 3 次）：域名无法解析" in page


class TestAskingASite:
    @pytest.fixture
    def reached(self):
        server = a_server()
        rules = OutboundRules(is_allowed=lambda address: address == "127.0.0.1", ports=None)
        yield lambda path: reach(f"http://127.0.0.1:{server.server_port}/{path}", rules)
        stop(server)

    def test_one_that_answers(self, reached):
        assert reached("") == 200
        assert reached("status/403") == 403
        assert reached("to//status/204") == 204
        assert reached("endless") == 200

    @pytest.mark.parametrize("status", [404, 410, 500, 502])
    def test_one_that_is_gone(self, reached, status):
        with pytest.raises(Unreachable, match=f"返回状态 {status}"):
            reached(f"status/{status}")


class TestTheDailyCheck:
    def ask(self, outcomes):
        def answer(url):
            self.asked.append(url)
            if outcomes:
                raise Unreachable(outcomes)
            return 200

        self.asked = []
        return answer

    def test_asks_each_shown_link_once_a_day(self):
        a_link(), a_link(state="hidden"), a_link(checked_at=timezone.now() - timedelta(hours=23))
        old = a_link(checked_at=timezone.now() - timedelta(hours=25), url="https://old.example.org/")
        ask = self.ask("")
        assert check_next(ask)
        assert check_next(ask)
        assert not check_next(ask)
        assert self.asked == ["https://beiling.example.org/", old.url]

    def test_marks_what_failed_three_times_and_removes_nothing(self):
        link, entries = a_link(), Entry.objects.count()
        for n in range(FAILING):
            assert (link in FriendLink.objects.failing()) is False, n
            FriendLink.objects.update(checked_at=None)
            check_next(self.ask("返回状态 404"))
        assert link in FriendLink.objects.failing()
        assert link in FriendLink.objects.shown()
        assert Entry.objects.count() == entries
        FriendLink.objects.update(checked_at=None)
        check_next(self.ask(""))
        link.refresh_from_db()
        assert (link.failures, link.health) == (0, "正常")
