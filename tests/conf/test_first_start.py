"""`meiri serve` on a data folder that nobody prepared: the real command, the real processes."""

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench._processes import free_port
from bench.killing import wait_until
from meiri.delivery.page_index import PageIndex
from meiri.file_modes import PUBLIC
from tests.prepared import UnsetSite, begin_started

pytestmark = pytest.mark.xdist_group("serving")


@pytest.fixture(scope="module")
def site(request, tmp_path_factory, django_db_setup) -> Iterator[UnsetSite]:
    """A site whose operator typed `meiri migrate`, then `meiri serve`, and does so again."""
    home = tmp_path_factory.mktemp("first") / "home"
    begin_started(home, request.config)
    made = UnsetSite(home, free_port())
    try:
        made.start()
        yield made
    finally:
        made.stop()


def test_a18_it_prepares_the_folder_and_serves_the_newsroom(site):
    status, _, body = site.get("/")
    assert status == 200
    for address in re.findall(r'(?:href|src)="(/(?:static|assets)/[^"]+)"', body.decode()):
        assert site.get(address)[0] == 200, address
    assert site.get("/admin/login/")[0] in (200, 302)


def test_a19_its_address_follows_the_port(site):
    own = f"http://127.0.0.1:{site.port}"
    article = re.search(r'href="(/[a-z]+/\d{4}/\d{4}/\d+\.html)"', site.get("/")[2].decode())[1]
    page = site.get(article)[2].decode()
    assert f'<link rel="canonical" href="{own}{article}">' in page
    for address in ("/rss.xml", "/feed.json", "/sitemap.xml", "/robots.txt"):
        text = site.get(address)[2].decode()
        assert own in text, address
        assert "127.0.0.1:8000" not in text, address
    assert "127.0.0.1:8000" not in page


def mode_of(path: Path) -> int:
    """The permissions of a file; none of one that the running site took away meanwhile."""
    try:
        return stat.S_IMODE(path.lstat().st_mode)
    except FileNotFoundError:
        return 0


def test_b8_nobody_else_may_read_the_folder(site):
    site.get("/")
    open_ones = [
        path
        for path in (site.home, *site.home.rglob("*"))
        if path.relative_to(site.home).parts[:1] not in {(name,) for name in PUBLIC}
        and path != site.home / "serve.log"
        and mode_of(path) & 0o077
    ]
    assert open_ones == []
    assert (site.home / "meiri.sqlite3").exists()
    for name in ("static", "pages"):
        for path in (site.home / name, *(site.home / name).rglob("*")):
            assert stat.S_IMODE(path.stat().st_mode) == (0o750 if path.is_dir() else 0o640), path


def test_b25_the_first_password_is_in_its_file_and_not_in_the_log(site):
    password = (site.home / "admin-password.txt").read_text().strip()
    assert len(password) >= 10
    assert password not in site.log()
    assert "admin-password.txt" in site.log()


def test_a18_a_prepared_folder_is_served_without_a_look_at_it_and_d15_verified_from_any_port(site):
    log = site.log()
    assert "Loading the sample newsroom" in log
    # `migrate` had done the one; the folder of all sites that tests serve has the other.
    assert "Preparing the database" not in log
    assert "Collecting static files" not in log
    site.stop()
    site.start()
    assert "Loading the sample newsroom" not in site.log()[len(log) :]
    wait_until(lambda: PageIndex(site.home / "delivery" / "pages.sqlite3").pending() == 0)
    site.get("/")
    verified = site.command("verify", MEIRI_PORT="8999")
    assert verified.returncode == 0, verified.stdout
    other = site.command("verify", MEIRI_BASE_URL="https://www.example.com")
    assert other.returncode == 1
    assert other.stdout.count("www.example.com") == 1


def test_a19_pages_are_made_again_for_another_port(site):
    site.stop()
    site.port = free_port()
    site.start()
    own = f'href="http://127.0.0.1:{site.port}/"'.encode()
    wait_until(lambda: own in site.get("/")[2])


def test_a21_a_setting_that_cannot_be_read_ends_the_start_with_a_sentence(site, tmp_path):
    for name, value in (("MEIRI_BASE_URL", "www.example.com"), ("MEIRI_TRUSTED_PROXIES", "10.0.0.0/8,proxy")):
        ended = site.command(
            "serve", "--port", str(free_port()), **{name: value, "MEIRI_HOME": str(tmp_path)}
        )
        assert ended.returncode == 1
        assert ended.stderr.startswith(f"A setting can't be understood: {name}")
        assert len(ended.stderr.splitlines()) == 1
    assert os.listdir(tmp_path) in ([], ["secret.key"])


def test_a30_a_server_of_all_addresses_has_a_valid_one_of_its_own(site):
    said = site.command(
        "shell",
        "-c",
        "from django.conf import settings; print(settings.BASE_URL)",
        MEIRI_HOME=str(Path(site.home, "x")),
        MEIRI_HOST="::",
    )
    assert said.stdout.splitlines()[-1] == "http://localhost:8000"
