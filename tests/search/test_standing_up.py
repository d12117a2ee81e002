"""A running site whose search index is harmed says so, and builds a new one by itself."""

import json
import shutil
import urllib.error
import urllib.parse
import urllib.request

import pytest

from bench.killing import wait_until

pytestmark = pytest.mark.xdist_group("browser")


def asked(site, words: str) -> tuple[int, str]:
    address = f"{site.url}/api/v1/search/?{urllib.parse.urlencode({'q': words})}"
    try:
        with urllib.request.urlopen(address, timeout=30) as answer:  # noqa: S310
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def finds(site) -> bool:
    status, body = asked(site, "水")
    return status == 200 and json.loads(body)["total"] > 3


def test_a_lost_index_is_built_again_while_the_site_serves(site):
    wait_until(lambda: finds(site))
    shutil.rmtree(site.home / "search")
    status, body = asked(site, "水")
    assert status == 503
    assert "检索正在重建" in json.loads(body)["detail"]
    with urllib.request.urlopen(site.url + "/", timeout=30) as answer:  # noqa: S310
        assert answer.status == 200
    wait_until(lambda: finds(site))


def test_so_is_one_whose_file_is_gone(site):
    wait_until(lambda: finds(site))
    folder = site.home / "search" / (site.home / "search" / "current").read_text()
    (folder / "meta.json").unlink()
    assert asked(site, "水")[0] == 503
    wait_until(lambda: finds(site))
