"""Wires that lie on servers: real SFTP and S3 servers, asked as the clock and editors ask them."""

import os
import time
from urllib.parse import quote

import asyncssh
import boto3
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.urls import reverse

from meiri.ingest.guarded_reading import LIMITS
from meiri.ingest.wire_models import WireDelivery, WireFile, WireItem, WireSource
from meiri.ingest.wire_servers import servers_in
from meiri.ingest.wires import arriving, asking_wires, remote_files, sftp_files
from meiri.ingest.wires.asking_wires import ask_due_wires
from meiri.newsroom.models import Article
from meiri.newsroom.roles import CHIEFS
from tests.ingest.sftp_server import PASSWORD, USER, SftpServer
from tests.ingest.test_wires import RSS, TITLE, desk_of, locked, newsroom, ninjs  # noqa: F401 a fixture
from tests.live.live_factory import a_person
from tests.s3_server import BUCKET, KEY, SECRET, an_s3_server

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("wire servers")]


@pytest.fixture(scope="module")
def sftp(tmp_path_factory):
    root = tmp_path_factory.mktemp("sftp")
    server = SftpServer(root)
    server.root = root
    yield server
    server.stop()


@pytest.fixture(scope="module")
def s3():
    with an_s3_server(checks_keys=False) as server:
        yield server


@pytest.fixture
def inbox(sftp, settings, newsroom):  # noqa: F811
    """The folder that the account may read, empty, with the server in the setting."""
    folder = sftp.root / "incoming"
    for path in sorted(sftp.root.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    folder.mkdir()
    use(settings, sftp)
    sftp.opened.clear()
    sftp.at_open = None
    sftp.silent.clear()
    return folder


def use(settings, sftp, password=PASSWORD, fingerprint="", key=""):
    secret = f":{quote(password, safe='')}" if password else ""
    query = f"?key={quote(str(key))}" if key else ""
    address = f"sftp://{USER}{secret}@127.0.0.1:{sftp.port}/incoming{query}#{fingerprint or sftp.fingerprint}"
    settings.WIRE_SERVERS = servers_in(address)


def put(folder, name: str, content: bytes, age: float = 60):
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    at = time.time() - age
    os.utime(path, (at, at))
    return path


def a_source(**fields) -> WireSource:
    return WireSource.objects.create(
        **{"name": "澄江社", "way": "sftp", "server": "127.0.0.1/incoming"} | fields
    )


def ask() -> WireSource:
    WireSource.objects.update(due_at=None)
    ask_due_wires()
    return WireSource.objects.get()


def titles() -> set[str]:
    return set(Article.objects.values_list("title", flat=True))


def rss(*names: str) -> bytes:
    entry = (
        "<item><title>{0}</title><guid>{0}</guid><description>{0}的正文，各不相同，{1}。</description></item>"
    )
    return RSS.format("".join(entry.format(name, abs(hash(name))) for name in names)).encode()


class TestSftp:
    def test_each_file_is_taken_once_and_again_where_it_changed(self, inbox, sftp):
        put(inbox, "1.json", ninjs(1))
        put(inbox, "2.xml", rss("第一件事", "第二件事"))
        a_source()
        source = ask()
        assert (source.last_failure, source.failures) == ("", 0)
        assert titles() == {TITLE, "第一件事", "第二件事"}
        assert sorted(sftp.opened) == ["1.json", "2.xml"]
        ask()
        assert sorted(sftp.opened) == ["1.json", "2.xml"]
        assert WireDelivery.objects.count() == 1
        assert {path.name for path in inbox.iterdir()} == {"1.json", "2.xml"}
        put(inbox, "1.json", ninjs(2, "换了一稿，主队在加时赛里取胜，两万名观众到场。"), age=30)
        ask()
        assert "加时赛" in str(Article.objects.get(title=TITLE).get_latest_revision_as_object().body)
        (inbox / "2.xml").unlink()
        ask()
        assert WireFile.objects.count() == 1

    def test_what_is_no_whole_file_is_left_and_nothing_leads_out(self, inbox, sftp, monkeypatch):
        monkeypatch.setattr(sftp_files, "SETTLED", 3600)
        put(sftp.root, "secret.json", ninjs(1), age=7200)
        put(inbox, ".hidden.json", ninjs(1), age=7200)
        put(inbox, "a.json.part", ninjs(1), age=7200)
        put(inbox, "now.json", ninjs(1), age=0)
        put(inbox / "inner", "b.json", ninjs(1), age=7200)
        (inbox / "link.json").symlink_to("../secret.json")
        (inbox / "up").symlink_to("..")
        source = a_source()
        ask()
        assert (sftp.opened, Article.objects.count()) == ([], 0)
        WireSource.objects.update(subfolder="up")
        assert "不在服务器给出的文件夹里" in ask().last_failure
        WireSource.objects.update(subfolder="nothing")
        assert "没有这个文件夹" in ask().last_failure
        WireSource.objects.update(subfolder="inner")
        assert ask().last_failure == ""
        assert (sftp.opened, titles()) == (["b.json"], {TITLE})
        assert source.name == "澄江社"

    def test_a_file_that_is_too_large_is_told_once_and_the_rest_comes(self, inbox, sftp, monkeypatch):
        monkeypatch.setattr(remote_files, "MOST_BYTES", 5_000)
        put(inbox, "1.json", b" " * 6_000)
        put(inbox, "2.json", ninjs(1), age=30)
        a_source()
        ask()
        assert titles() == {TITLE}
        assert "1.json" in WireDelivery.objects.get().reason
        ask()
        assert WireDelivery.objects.count() == 1
        assert sftp.opened == ["2.json"]

    def test_another_host_key_a_wrong_password_and_a_server_that_is_away(self, inbox, sftp, settings):
        put(inbox, "1.json", ninjs(1))
        a_source()
        begun = sftp.logins
        use(settings, sftp, fingerprint="SHA256:" + "A" * 43)
        assert "主机密钥与设置的指纹不符" in ask().last_failure
        assert sftp.logins == begun  # no password was sent to it
        use(settings, sftp, password="wrong")
        assert "不接受账号或密码" in ask().last_failure
        address = f"sftp://{USER}:x@127.0.0.1:1/incoming#{sftp.fingerprint}"
        settings.WIRE_SERVERS = servers_in(address)
        source = ask()
        assert "连接失败" in source.last_failure
        assert source.failures == 3
        settings.WIRE_SERVERS = {}
        assert "MEIRI_WIRE_SERVERS" in ask().last_failure
        assert Article.objects.count() == 0

    def test_by_a_private_key_and_no_other_of_the_machine(self, inbox, sftp, settings, tmp_path, monkeypatch):
        key = asyncssh.generate_private_key("ssh-ed25519")
        sftp.client_key = key.convert_to_public()
        put(inbox, "1.json", ninjs(1))
        a_source()
        # A key at the usual place and an agent are not used.
        monkeypatch.setenv("HOME", str(tmp_path))
        (tmp_path / ".ssh").mkdir()
        key.write_private_key(tmp_path / ".ssh" / "id_ed25519")
        use(settings, sftp, password="wrong")
        assert "不接受账号或密码" in ask().last_failure
        key.write_private_key(tmp_path / "wire.key")
        use(settings, sftp, password="", key=tmp_path / "wire.key")
        assert ask().last_failure == ""
        assert titles() == {TITLE}

    def test_the_time_for_reading_begins_after_fetching(self, inbox, sftp, monkeypatch):
        monkeypatch.setattr(asking_wires, "SECONDS", -1)
        sftp.at_open = lambda name: monkeypatch.setattr(asking_wires, "SECONDS", 120)
        put(inbox, "1.json", ninjs(1))
        a_source()
        assert ask().last_failure == ""
        assert titles() == {TITLE}

    def test_what_there_was_no_time_for_comes_with_the_next_run(self, inbox, sftp, monkeypatch):
        put(inbox, "1.xml", rss("第一件事"))
        put(inbox, "2.json", ninjs(1), age=30)
        a_source()
        monkeypatch.setattr(asking_wires, "SECONDS", -1)
        assert ask().last_failure == ""
        # The first had all the time of the run.
        assert "1.xml：读的时间太长" in WireDelivery.objects.get().reason
        monkeypatch.setattr(asking_wires, "SECONDS", 120)
        ask()
        assert titles() == {TITLE}

    @pytest.mark.parametrize("deed", ["SELECT", "INSERT"])
    def test_a_file_comes_again_where_the_database_was_away(self, inbox, sftp, deed):
        put(inbox, "1.xml", rss("第一件事", "第二件事"))
        put(inbox, "2.json", ninjs(1), age=30)
        a_source()
        with connection.execute_wrapper(locked(deed)):
            ask()
        assert titles() == set()
        ask()
        assert titles() == {TITLE, "第一件事", "第二件事"}
        ask()
        assert len(sftp.opened) == 4

    def test_a_file_that_may_not_be_read_is_told_a_few_times_and_the_rest_comes(self, inbox, sftp):
        def refuse(name: str) -> None:
            if name == "1.json":
                raise asyncssh.SFTPPermissionDenied("no")

        sftp.at_open = refuse
        put(inbox, "1.json", ninjs(1))
        put(inbox, "2.xml", rss("第一件事"), age=30)
        a_source()
        assert ask().last_failure == ""
        assert titles() == {"第一件事"}
        assert "1.json：服务器不让读这个文件" in WireDelivery.objects.get().reason
        for _more in range(remote_files.TRIES):
            ask()
        assert (sftp.opened.count("1.json"), sftp.opened.count("2.xml")) == (remote_files.TRIES, 1)

    def test_what_came_before_time_was_over_is_taken(self, inbox, sftp, monkeypatch):
        monkeypatch.setattr(sftp_files, "FETCHING", 2)
        sftp.silent.add("2.json")
        put(inbox, "1.xml", rss("第一件事"))
        put(inbox, "2.json", ninjs(1), age=30)
        a_source()
        for _try in range(5):  # a machine that is busy may need longer for the first
            if not titles():
                source = ask()
        assert (titles(), source.last_failure) == ({"第一件事"}, "")
        sftp.silent.clear()
        ask()
        assert titles() == {"第一件事", TITLE}

    def test_what_came_before_the_connection_was_lost_is_taken(self, inbox, sftp):
        def lose(name: str) -> None:
            if name == "2.json":
                sftp.disconnect()

        sftp.at_open = lose
        put(inbox, "1.xml", rss("第一件事"))
        put(inbox, "2.json", ninjs(1), age=30)
        a_source()
        assert "连接失败" in ask().last_failure
        assert titles() == {"第一件事"}

    def test_a_file_of_more_items_than_one_delivery_takes_is_finished(self, inbox, sftp, monkeypatch):
        monkeypatch.setattr(arriving, "MOST_ITEMS", 2)
        monkeypatch.setattr(arriving, "PART", 2)
        put(inbox, "1.xml", rss("一件事", "二件事", "三件事", "四件事", "五件事"))
        put(inbox, "2.json", ninjs(1), age=30)
        a_source()
        for _run in range(4):
            ask()
        assert titles() == {TITLE, "一件事", "二件事", "三件事", "四件事", "五件事"}
        assert WireFile.objects.count() == 2

    def test_nobody_else_asks_while_a_server_may_be_at_work(self):
        longest = 2 * sftp_files.LONGEST + asking_wires.SECONDS + LIMITS.seconds
        assert asking_wires.LONG_CLAIM.total_seconds() > longest + 60
        assert {"sftp", "s3"} <= asking_wires.LONG_WAYS


class TestS3:
    @pytest.fixture
    def bucket(self, s3, settings, newsroom):  # noqa: F811
        s3.empty()
        settings.WIRE_SERVERS = servers_in(f"s3+http://{KEY}:{SECRET}@127.0.0.1:{s3.port}/{BUCKET}/wires")
        return s3

    def test_objects_below_the_folder_are_taken_once(self, bucket):
        def put(key, content):
            bucket.client().put_object(Bucket=BUCKET, Key=key, Body=content)

        put("wires/sport/2026/1.json", ninjs(1))
        put("wires/sport/2.xml", rss("第一件事"))
        put("wires/other.json", rss("不相干"))
        put("elsewhere/3.xml", rss("别处"))
        a_source(way="s3", server=f"127.0.0.1/{BUCKET}/wires", subfolder="sport")
        assert ask().last_failure == ""
        assert titles() == {TITLE, "第一件事"}
        ask()
        assert WireDelivery.objects.count() == 1
        assert len(bucket.keys()) == 4

    def test_an_object_that_may_not_be_read_is_told_and_one_client_fetches_the_rest(
        self, bucket, monkeypatch
    ):
        made = []
        client = boto3.session.Session.client
        monkeypatch.setattr(
            boto3.session.Session, "client", lambda *given, **more: made.append(1) or client(*given, **more)
        )
        for key, content in (("1.json", ninjs(1)), ("2.xml", rss("第一件事")), ("3.xml", rss("第二件事"))):
            bucket.client().put_object(Bucket=BUCKET, Key=f"wires/{key}", Body=content)
        a_source(way="s3", server=f"127.0.0.1/{BUCKET}/wires")
        made.clear()
        with bucket.refusing("s3:GetObject", "wires/1.json"):
            assert ask().last_failure == ""
        assert (titles(), len(made)) == ({"第一件事", "第二件事"}, 1)
        assert "1.json：服务器不让读这个文件" in WireDelivery.objects.get().reason
        ask()
        assert titles() == {TITLE, "第一件事", "第二件事"}

    def test_what_fails_stands_on_the_page_of_sources(self, bucket, settings):
        a_source(way="s3", server=f"127.0.0.1/{BUCKET}/wires")
        settings.WIRE_SERVERS = servers_in(
            f"s3+http://{KEY}:{SECRET}@127.0.0.1:{bucket.port}/missing-bucket/wires"
        )
        WireSource.objects.update(server="127.0.0.1/missing-bucket/wires")
        ask()
        shown = desk_of(a_person("总编", CHIEFS)).get(reverse("wires_desk")).content.decode()
        assert "服务器上没有这个存储桶" in shown
        assert SECRET not in shown


def test_chiefs_choose_a_server_and_see_no_secret(inbox):
    desk = desk_of(a_person("总编", CHIEFS))
    page = reverse("wagtailsnippets_ingest_wiresource:add")
    shown = desk.get(page).content.decode()
    assert "SFTP 服务器：127.0.0.1/incoming" in shown
    assert PASSWORD not in shown
    fields = {"name": "澄江社", "way": "sftp", "every": 5, "deed": "draft"}
    for wrong, told in (
        ({"server": ""}, "请填写这一项"),
        ({"server": "evil.example/x"}, "evil.example"),
        ({"server": "127.0.0.1/incoming", "way": "s3"}, "这是 SFTP 服务器"),
        ({"server": "127.0.0.1/incoming", "subfolder": "../up"}, "不能用 .."),
        ({"server": "127.0.0.1/incoming", "subfolder": "/etc"}, "不能用 .."),
    ):
        answer = desk.post(page, fields | wrong).content.decode()
        assert told in answer, wrong
    assert not WireSource.objects.exists()
    put(inbox, "1.json", ninjs(1))
    desk.post(page, fields | {"server": "127.0.0.1/incoming"})
    source = WireSource.objects.get()
    told = desk.post(
        reverse("wires_desk"), {"source": source.pk, "deed": "ask"}, follow=True
    ).content.decode()
    assert "收到新的和有变化的 1 条" in told
    assert WireItem.objects.get().article.title == TITLE


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("ftp://a:b@h/x", "begins with"),
        ("sftp://a:b@h/x", "fingerprint"),
        ("sftp://a:hidden-word@h/x#SHA256:short", "fingerprint"),
        ("sftp://a@h/x#SHA256:" + "A" * 43, "password or the file"),
        ("sftp://a:b@h/../x#SHA256:" + "A" * 43, "leads elsewhere"),
        ("s3://a:b@h/", "BUCKET"),
        ("s3://h/b/c", "write"),
        ("s3://a:b@h/b s3://a:b@h/b", "twice"),
    ],
)
def test_a_setting_that_is_not_understood_is_told_without_its_secret(address, told):
    with pytest.raises(ImproperlyConfigured, match=told) as error:
        servers_in(address)
    assert "hidden-word" not in str(error.value)
