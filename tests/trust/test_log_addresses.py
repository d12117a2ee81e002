"""The files of the log are sent alike by the front, by Django and by nginx, and nothing else of the data folder is."""

from types import SimpleNamespace

import pytest

from meiri.trust.log_files import PREFIX, LogFiles
from meiri.web.public_log import LogPages
from tests.delivery.nginx import application, ask, nginx
from tests.trust.logs import entries_up_to, write_log

NAMES = ["checkpoint", "key", "tile/0/000", "tile/0/001.p/44", "tile/entries/000", "tile/1/000.p/1"]
NONE = [
    "",
    "tile",
    "tile/0/002",
    "tile/0/001.p/45",
    "tile/0/",
    "../log.key",
    "tile/0/../../checkpoint",
    "checkpoint/",
]
COMPARED = ("content-type", "cache-control", "access-control-allow-origin", "content-security-policy", "x-content-type-options", "referrer-policy", "permissions-policy", "cross-origin-resource-policy")  # fmt: skip


def by_front(files: LogFiles, path: str, method="GET"):
    return LogPages(files).respond(SimpleNamespace(method=method, path=path))


@pytest.mark.xdist_group("nginx")
@pytest.mark.django_db
def test_each_file_is_sent_alike(own_folder, client):
    write_log(own_folder, entries_up_to(300))
    files = LogFiles(own_folder)
    (own_folder / "log.key").write_text("secret")
    with application() as port, nginx(own_folder, port) as front:
        for name in NAMES:
            content = (files.folder / name).read_bytes()
            answer = by_front(files, PREFIX + name)
            ours = dict(answer.headers)
            assert answer.body == content
            found = ask(front, PREFIX + name)
            assert (found.status, found.body) == (200, content), name
            assert {h: found.headers.get(h) for h in COMPARED} == {h: ours.get(h) for h in COMPARED}, name
            django = client.get(PREFIX + name)
            assert (django.status_code, django.content) == (200, content)
            assert {h: django.headers.get(h) for h in COMPARED[:3]} == {h: ours[h] for h in COMPARED[:3]}
        for name in NONE:
            assert by_front(files, PREFIX + name) is None
            assert b"secret" not in ask(front, PREFIX + name).body
            if name:
                assert client.get(PREFIX + name).status_code == 404
        assert by_front(files, PREFIX + "checkpoint", "POST") is None
        assert client.post(PREFIX + "checkpoint").status_code == 405
