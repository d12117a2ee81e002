"""The site's Valkey: whoever asks it loses some milliseconds at most, whatever becomes of it."""

import os
import subprocess
import sys
import time
from threading import Thread

import pytest
import trustme

from bench._processes import free_port
from meiri import valkey as module
from meiri.health_checks import HealthFinding, HealthState, examine_all
from meiri.metrics import all_measurements
from meiri.operations import health
from meiri.valkey import ANSWER_WITHIN, LuaScript, ValkeyAway, ValkeyLink, valkey, valkey_address
from tests.conftest import PROJECT
from tests.valkey_server import PATIENCE, a_valkey_server

ADD = LuaScript("return redis.call('INCRBY', KEYS[1], ARGV[1])")
# What somebody may lose who asks once: the time for an answer, and what a busy machine adds to it.
LOST = ANSWER_WITHIN + 0.5


@pytest.fixture
def server():
    with a_valkey_server() as running:
        yield running


@pytest.fixture
def patient(monkeypatch):
    """A busy machine is no server that is away: for what is not about time."""
    monkeypatch.setattr(module, "ANSWER_WITHIN", PATIENCE)
    monkeypatch.setattr(module, "SLOW", PATIENCE)


@pytest.fixture
def hasty_link(server, settings):
    """A link that waits no longer than those of a site."""
    settings.REDIS_URL = server.address
    found = valkey()
    assert found.wait(PATIENCE)
    yield found
    found.close()


@pytest.fixture
def link(patient, hasty_link):
    return hasty_link


def seconds_lost(link: ValkeyLink) -> float:
    began = time.perf_counter()
    with pytest.raises(ValkeyAway):
        link.ask("PING")
    return time.perf_counter() - began


def until(condition) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.01)


class TestAddress:
    @pytest.mark.parametrize(
        ("given", "read"),
        [
            ("", ""),
            ("redis://cache.example", "redis://cache.example"),
            ("valkey://:a%40b@10.0.0.7:6380/2", "redis://:a%40b@10.0.0.7:6380/2"),
            ("valkeys://meiri:word@cache.example/0", "rediss://meiri:word@cache.example/0"),
            ("unix:///run/valkey.sock?db=3", "unix:///run/valkey.sock?db=3"),
        ],
    )
    def test_those_of_valkey_and_of_redis_are_read(self, given, read):
        assert valkey_address(given) == read

    @pytest.mark.parametrize(
        "given",
        [
            "cache.example",
            "http://cache",
            "redis://",
            "redis://cache:x/0",
            "redis://cache/first",
            "unix://",
            "redis://c/0#1",
        ],
    )
    def test_others_are_refused_with_what_to_write(self, given):
        with pytest.raises(ValueError, match=r"Write redis://.*%40"):
            valkey_address(given)

    def test_a_command_with_such_a_one_says_so_and_shows_no_password(self, tmp_path):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("MEIRI_")}
        asked = subprocess.run(
            [sys.executable, "-m", "meiri.conf.command", "check"],
            env=environment | {"MEIRI_HOME": str(tmp_path), "MEIRI_REDIS_URL": "http://:secret@cache"},
            capture_output=True,
            text=True,
        )
        assert asked.returncode
        assert "MEIRI_REDIS_URL is not understood" in asked.stderr
        assert "secret" not in asked.stderr


class TestLink:
    def test_what_it_is_told_it_answers_and_scripts_survive_their_loss(self, link, server):
        assert link.run_script(ADD, ["tries"], [2]) == 2
        server.ask("SCRIPT", "FLUSH")
        assert link.run_script(ADD, ["tries"], [3]) == 5
        assert link.ask("GET", "nothing") is None

    def test_nobody_waits_before_there_is_a_connection(self, server):
        link = ValkeyLink(server.address)
        server.pause()
        assert seconds_lost(link) < LOST
        server.resume()
        assert link.wait(PATIENCE)
        link.close()

    def test_killed_it_costs_nothing_and_started_again_it_is_another_run(self, link, server):
        run = link.run
        server.kill()
        assert sum(seconds_lost(link) for _ in range(200)) < LOST
        assert link.reason
        server.start()
        assert link.wait(PATIENCE)
        assert link.run != run

    def test_stopped_it_costs_one_answer_for_all_who_ask(self, hasty_link, server):
        link = hasty_link
        server.pause()
        lost: list[float] = []
        threads = [Thread(target=lambda: lost.append(seconds_lost(link))) for _ in range(30)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(lost) == 30
        assert max(lost) < LOST
        assert sum(seconds_lost(link) for _ in range(200)) < LOST
        server.resume()
        assert link.wait(PATIENCE)

    def test_answers_that_came_too_late_are_nobodys(self, hasty_link, server):
        link = hasty_link
        server.ask("SET", "word", "old")
        server.pause()
        with pytest.raises(ValkeyAway):
            link.ask("GET", "word")
        server.resume()
        assert link.wait(PATIENCE)
        for _ in range(20):
            try:
                assert link.ask("GET", "nothing") is None
            except ValkeyAway:
                assert link.wait(PATIENCE)

    def test_one_that_is_slow_again_and_again_is_let_alone(self, link, monkeypatch):
        monkeypatch.setattr(module, "SLOW", 0.0)
        for _ in range(module.SLOW_IN_SUCCESSION):
            link.ask("PING")
        assert not link.is_there
        assert "took" in link.reason
        assert seconds_lost(link) < LOST

    def test_one_that_takes_no_writes_is_away(self, server):
        server.ask("CONFIG", "SET", "maxmemory", "1")
        link = ValkeyLink(server.address)
        link.begin()
        until(lambda: link.reason)
        assert "OutOfMemory" in link.reason
        assert seconds_lost(link) < LOST
        server.ask("CONFIG", "SET", "maxmemory", "0")
        assert link.wait(PATIENCE)
        link.close()

    def test_over_tls_it_is_believed_with_a_certificate_of_its_name_alone(self, server, patient, tmp_path):
        authority, port = trustme.CA(), free_port()
        authority.cert_pem.write_to_path(tmp_path / "ca.pem")
        issued = authority.issue_cert("localhost")
        issued.private_key_pem.write_to_path(tmp_path / "key.pem")
        issued.cert_chain_pems[0].write_to_path(tmp_path / "certificate.pem")
        server.kill()
        server.start(
            "--tls-port", str(port), "--tls-auth-clients", "no", "--tls-ca-cert-file", str(tmp_path / "ca.pem"),
            "--tls-key-file", str(tmp_path / "key.pem"), "--tls-cert-file", str(tmp_path / "certificate.pem"),
        )  # fmt: skip
        known = f"?ssl_ca_certs={tmp_path}/ca.pem"
        trusting = ValkeyLink(f"rediss://localhost:{port}/0{known}")
        assert trusting.wait(PATIENCE), trusting.reason
        assert trusting.run_script(ADD, ["tries"], [2]) == 2
        trusting.close()
        for address in (f"rediss://localhost:{port}/0", f"rediss://127.0.0.1:{port}/0{known}"):
            doubting = ValkeyLink(address)
            doubting.begin()
            until(lambda doubting=doubting: doubting.reason)
            assert "CERTIFICATE_VERIFY_FAILED" in doubting.reason
            doubting.close()

    def test_tries_to_connect_are_few(self, monkeypatch):
        tried = []

        class Refusing:
            def __init__(self, url):
                tried.append(url)
                raise ConnectionRefusedError

        monkeypatch.setattr(module, "ValkeyConnection", Refusing)
        monkeypatch.setattr(module.random, "uniform", lambda least, most: most)
        pauses = []
        link = ValkeyLink("redis://127.0.0.1:1")
        monkeypatch.setattr(
            link._closed,
            "wait",
            lambda seconds: pauses.append(seconds) or (len(pauses) > 8 and link._closed.set()),
        )
        link._keep()
        assert len(tried) == len(pauses) == 9
        assert pauses[:3] == [0.25, 0.5, 1.0]
        assert pauses[-1] == module.LONGEST_PAUSE

    def test_a_copy_of_a_process_makes_its_own_connection(self, link):
        child = os.fork()
        if child == 0:  # pragma: no cover
            own = valkey()
            fresh = own is not link and not own.is_there
            os._exit(0 if fresh and own.wait(PATIENCE) and own.ask("PING") == b"PONG" else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert link.ask("PING") == b"PONG"


def test_without_the_setting_nothing_of_it_is_loaded_or_asked(tmp_path):
    path = os.pathsep.join([str(PROJECT / "src"), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MEIRI_")}
    code = """
import sys, threading, django
django.setup()
import meiri.conf.front, meiri.members.stored_sessions, meiri.visitors.counting, meiri.comments.flooding
from django.urls import resolve
from meiri.valkey import valkey, valkey_is_away
resolve("/healthz")
assert valkey() is None and not valkey_is_away()
assert not [name for name in sys.modules if name.partition(".")[0] == "redis"]
assert not [thread for thread in threading.enumerate() if "valkey" in thread.name]
print("nothing")
"""
    told = subprocess.run(
        [sys.executable, "-c", code],
        env=environment
        | {"MEIRI_HOME": str(tmp_path), "PYTHONPATH": path, "DJANGO_SETTINGS_MODULE": "meiri.conf.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == "nothing\n"


def findings() -> list[HealthFinding]:
    return dict(examine_all())["valkey"]


@pytest.mark.django_db
class TestTellingOperators:
    def test_none_is_fine(self):
        assert [finding.state for finding in findings()] == [HealthState.OK]

    def test_one_that_answers_is_fine_and_one_that_does_not_is_told_of(self, link, server):
        (found,) = findings()
        assert found.state in (HealthState.OK, HealthState.WARNING)  # a busy machine answers slowly
        assert server.ask("INFO", "server")["redis_version"] in found.what
        server.kill()
        (found,) = findings()
        assert found.state is HealthState.BROKEN
        assert "ping" in found.remedy

    def test_a_wrong_password_is_named(self, link, server):
        server.kill()
        server.start("--requirepass", "word")
        (found,) = findings()
        assert found.state is HealthState.BROKEN
        assert "Authentication required" in found.what

    def test_one_that_is_too_old_is_named(self, link, monkeypatch):
        monkeypatch.setattr(health, "OLDEST", (99, 0))
        (found,) = findings()
        assert found.state is HealthState.BROKEN
        assert "99.0 or newer" in found.remedy

    def test_one_that_others_reach_without_a_password_or_in_clear_is_told_of(self):
        told = [finding.what for finding in health._reached_by_others("redis://8.8.8.8:6379/0")]
        assert len(told) == 2
        assert not list(health._reached_by_others("rediss://:word@8.8.8.8:6379/0"))
        assert not list(health._reached_by_others("redis://127.0.0.1:6379/0"))

    def test_a_node_without_it_is_ready_and_says_what_it_does_without(self, link, server, client):
        measured = {one.name: one for one in all_measurements()}["meiri_valkey_up"]
        assert client.get("/readyz").json() == {"status": "ready"}
        assert list(measured.read()) == [((), True)]
        server.kill()
        with pytest.raises(ValkeyAway):
            link.ask("PING")
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()) == (200, {"status": "ready", "degraded": ["valkey"]})
        assert list(measured.read()) == [((), False)]
        server.start()
        assert link.wait(PATIENCE)
        assert client.get("/readyz").json() == {"status": "ready"}

    def test_answers_are_counted(self, link, server, client):
        link.ask("PING")
        text = client.get("/metrics").content.decode()
        assert 'meiri_valkey_asked_total{answer="in time"}' in text
        assert 'meiri_valkey_asked_total{answer="none"}' in text
