"""`meiri doctor`, `/readyz` and `/metrics` say what is wrong, and what to do about it."""

import json
import os
import socket
import subprocess
import sys
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from meiri import health_checks, metrics
from meiri.conf.backups import note_backup
from meiri.conf.health import site_answers
from meiri.delivery.health import pages_can_be_stored
from meiri.health_checks import HealthState, examine_all, health_check
from meiri.journal.consumers import lags, run_consumer
from meiri.letters.models import Letter
from meiri.letters.sealing import key_file, seal_contact
from meiri.mail.models import OutgoingMail
from meiri.operations import health as machine
from meiri.operations.models import JobRun, Node
from meiri.operations.nodes import note_node, this_node
from tests.newsroom_factory import an_article

OK, WARNING, BROKEN = HealthState.OK, HealthState.WARNING, HealthState.BROKEN


def found(part: str) -> list[health_checks.HealthFinding]:
    return dict(examine_all())[part]


def worst(part: str) -> HealthState:
    return max(finding.state for finding in found(part))


def told(part: str) -> str:
    return " ".join(f"{finding.what} {finding.remedy}" for finding in found(part))


@pytest.fixture
def another_check(monkeypatch):
    """Checks may be registered for the length of a test."""
    monkeypatch.setattr(health_checks, "_checks", dict(health_checks._checks))
    return health_check


@pytest.mark.django_db
class TestDoctor:
    def test_each_finding_that_is_not_fine_says_what_to_do(self):
        for part, findings in examine_all():
            for finding in findings:
                assert finding.what, part
                assert bool(finding.remedy) == (finding.state > OK), (part, finding)

    def test_every_part_has_something_to_say(self):
        silent = [part for part, findings in examine_all() if not findings]
        assert silent in ([], ["page index"])  # pages are not stored in most tests

    @pytest.mark.parametrize(("state", "status"), [(WARNING, 1), (BROKEN, 2)])
    def test_its_exit_status_is_that_of_the_worst(self, another_check, monkeypatch, state, status):
        monkeypatch.setattr(health_checks, "_checks", {"database": health_checks._checks["database"]})
        out = StringIO()
        call_command("doctor", stdout=out)
        assert out.getvalue().startswith("ok")
        another_check("kettle")(lambda: [health_checks.HealthFinding(state, "is cold", "boil it")])
        with pytest.raises(SystemExit) as ended:
            call_command("doctor", "--json", stdout=out)
        assert ended.value.code == status
        assert json.loads(out.getvalue().splitlines()[-1]) == {
            "part": "kettle", "state": state.name.lower(), "what": "is cold", "remedy": "boil it"
        }  # fmt: skip

    def test_what_cannot_be_looked_at_is_broken_and_keeps_nothing_else_from_being_looked_at(
        self, another_check
    ):
        def fail():
            raise ZeroDivisionError("no kettle")

        another_check("a kettle")(fail)
        assert worst("a kettle") == BROKEN
        assert "no kettle" in told("a kettle")
        assert "database" in dict(examine_all())

    def test_migrations_that_wait_are_named_and_nothing_that_needs_the_database_is_asked(self):
        MigrationRecorder.Migration.objects.filter(app="operations", name="0002_nodes").delete()
        assert worst("database") == BROKEN
        assert "operations.0002_nodes" in told("database")
        parts = dict(examine_all())
        assert "consumers" not in parts
        assert "disk" in parts

    def test_a_consumer_that_fails_is_named_with_its_error(self):
        an_article()

        def fail(entries):
            raise ValueError("no room in the index")

        name = lags()[0].name
        run_consumer(name, fail)
        assert worst("consumers") == BROKEN
        assert f"{name} can't go on" in told("consumers")
        assert "no room in the index" in told("consumers")

    def test_a_job_that_fails_is_named_and_one_that_recovered_is_not(self):
        JobRun.objects.create(name="forget_mail", failures=3, error="OSError: the disk is full")
        assert worst("clock jobs") == WARNING
        assert "forget_mail failed 3 times in succession: OSError: the disk is full" in told("clock jobs")
        JobRun.objects.update(failures=0)
        assert worst("clock jobs") == OK

    def test_a_worker_that_is_not_there_is_missed(self):
        assert worst("worker") == BROKEN
        run = JobRun.objects.create(name="note_head", node=this_node(), ended_at=timezone.now())
        assert worst("worker") == OK
        run.ended_at -= timedelta(minutes=30)
        run.save()
        assert "30 minutes" in told("worker")
        assert worst("worker") == BROKEN

    def test_nodes_with_another_key_are_told_of_and_the_key_is_not_stored(self, settings):
        note_node("a release")
        assert worst("nodes") == OK
        mine = Node.objects.get()
        assert settings.SECRET_KEY not in json.dumps(mine.keys)
        other = {**mine.keys, "secret.key": "0" * 32}
        Node.objects.create(name="second", release="a release", keys=other, seen_at=timezone.now())
        assert worst("nodes") == BROKEN
        assert "secret.key is not the same" in told("nodes")
        Node.objects.filter(name="second").update(keys=mine.keys, release="another")
        assert worst("nodes") == WARNING
        Node.objects.filter(name="second").update(seen_at=timezone.now() - timedelta(hours=1))
        assert worst("nodes") == OK

    def test_a_node_without_a_key_that_another_has_is_told_of_before_it_makes_its_own(
        self, settings, tmp_path
    ):
        settings.HOME = tmp_path
        note_node("a release")
        mine = Node.objects.get()
        keys = {**mine.keys, "letters.key": "1" * 32}
        Node.objects.create(name="second", release="a release", keys=keys, seen_at=timezone.now())
        assert worst("nodes") == BROKEN
        assert f"letters.key is missing on {mine.name}" in told("nodes")
        a_letter()
        assert key_file().exists()
        note_node("a release")
        assert "letters.key is not the same" in told("nodes")

    def test_letters_that_the_key_does_not_open_are_told_of(self, settings, tmp_path):
        settings.HOME = tmp_path
        assert worst("letters.key") == OK
        a_letter()
        assert worst("letters.key") == OK
        key_file().unlink()
        assert worst("letters.key") == BROKEN

    def test_mail_that_reaches_nobody_is_told_of(self, settings):
        settings.EMAIL_URL = ""
        assert worst("mail server") == WARNING
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))  # nobody listens
            settings.EMAIL_URL = f"smtp://127.0.0.1:{silent.getsockname()[1]}"
            settings.EMAIL_FROM = "notice@paper.example"
            assert worst("mail server") == BROKEN
        settings.EMAIL_URL = "smtp://user:secret@mail.paper.example"
        assert worst("mail server") == BROKEN
        assert "secret" not in told("mail server")

    def test_mail_that_waits_for_long_is_told_of(self):
        now = timezone.now()
        OutgoingMail.objects.create(
            recipient="a@b.example", sender="c@d.example", subject="码", message=b"",
            written_at=now - timedelta(hours=1), expires_at=now + timedelta(hours=1), error="451 busy",
        )  # fmt: skip
        assert worst("mail queue") == BROKEN
        assert "451 busy" in told("mail queue")

    def test_a_full_disk_is_told_of(self, monkeypatch):
        assert worst("disk") <= WARNING
        monkeypatch.setattr(machine, "SOME", 1 << 60)
        assert worst("disk") == WARNING
        monkeypatch.setattr(machine, "LITTLE", 1 << 60)
        assert worst("disk") == BROKEN

    def test_a_key_that_others_can_read_is_told_of(self, settings, tmp_path):
        settings.HOME = tmp_path
        tmp_path.chmod(0o700)
        key = tmp_path / "letters.key"
        key.touch(mode=0o600)
        assert worst("data folder") == OK
        key.chmod(0o644)
        assert worst("data folder") == WARNING
        assert str(key) in told("data folder")

    def test_backups_are_missed_once_they_are_old(self, settings, tmp_path):
        settings.HOME = tmp_path
        assert worst("backups") == WARNING
        backup = tmp_path / "meiri.tar.zst"
        backup.write_bytes(b"0" * 1000)
        note_backup(backup, timezone.now().isoformat(), 1)
        assert worst("backups") == OK
        note_backup(backup, (timezone.now() - timedelta(hours=30)).isoformat(), 1)
        assert "30 hours" in told("backups")

    def test_a_backup_is_made_where_that_can_not_be_noted(self, settings, tmp_path, caplog):
        backup = tmp_path / "meiri.tar.zst"
        backup.write_bytes(b"0" * 1000)
        settings.HOME = tmp_path / "gone"
        note_backup(backup, timezone.now().isoformat(), 1)
        assert "could not be noted" in caplog.text

    def test_a_public_site_without_tls_or_second_factor_is_warned(self, settings):
        settings.ALLOWED_HOSTS, settings.STAFF_SECOND_FACTOR = ["*"], False
        settings.BASE_URL = "http://127.0.0.1:8000"
        assert worst("settings") == OK
        settings.BASE_URL = "http://www.paper.example"
        assert len([f for f in found("settings") if f.state == WARNING]) == 3
        settings.DEBUG = True
        assert worst("settings") == BROKEN


def a_letter() -> Letter:
    return Letter.objects.create(
        receipt="20261129-K7Q4MZ",
        subject="路灯",
        text="坏了",
        sealed_contact=seal_contact("王", "13800000000"),
    )


def test_an_address_that_another_server_answers_is_told_of(settings):
    with socket.create_server(("127.0.0.1", 0)) as other:
        settings.BASE_URL = f"http://127.0.0.1:{other.getsockname()[1]}"
        other.close()
        (finding,) = site_answers()
    assert finding.state == BROKEN
    assert "does not answer" in finding.what


def test_a_bare_folder_is_looked_at_and_nothing_is_made_of_it(tmp_path):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MEIRI_")}
    done = subprocess.run(
        [sys.executable, "-m", "meiri.conf.command", "doctor"],
        env=environment | {"MEIRI_HOME": str(tmp_path / "bare"), "MEIRI_PORT": "9"},
        stdout=subprocess.PIPE, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert "BROKEN  database: there is no " in done.stdout
    assert "type: meiri serve" in done.stdout
    assert sorted(path.name for path in Path(tmp_path, "bare").iterdir()) == ["secret.key"]


def test_who_reads_the_first_line_alone_gets_no_traceback(tmp_path):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MEIRI_")}
    asked = subprocess.Popen(
        [sys.executable, "-m", "meiri.conf.command", "doctor"],
        env=environment | {"MEIRI_HOME": str(tmp_path / "bare"), "MEIRI_PORT": "9"},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    asked.stdout.readline()
    asked.stdout.close()
    assert "Traceback" not in asked.stderr.read()
    assert asked.wait(60)


@pytest.mark.django_db
class TestReadiness:
    def test_a_node_that_works_is_ready(self, client):
        assert client.get("/readyz").json() == {"status": "ready"}

    def test_a_node_whose_database_is_of_another_release_is_not_and_outsiders_learn_no_more(self, client):
        MigrationRecorder.Migration.objects.filter(app="operations", name="0002_nodes").delete()
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json() == {"status": "not ready", "reasons": ["database"]}
        assert answer["Cache-Control"] == "no-store"

    def test_a_node_without_room_is_not(self, client, monkeypatch):
        monkeypatch.setattr(machine, "LITTLE", 1 << 60)
        assert client.get("/readyz").json()["reasons"] == ["disk"]

    def test_pages_that_can_be_stored_are_tried_by_writing(self, stored_pages, settings):
        assert [finding.state for finding in pages_can_be_stored()] == [OK]
        assert not list(Path(settings.HOME, "pages").glob("tmp*"))

    def test_it_is_asked_by_few_queries(self, client, django_assert_max_num_queries):
        client.get("/readyz")
        with django_assert_max_num_queries(4):
            client.get("/readyz")


def measured(text: str) -> dict[str, list]:
    return {family.name: family.samples for family in text_string_to_metric_families(text)}


@pytest.mark.django_db
class TestMetrics:
    def test_each_measurement_is_told(self, client):
        samples = measured(client.get("/metrics").content.decode())
        for one in metrics.all_measurements():
            if one.name not in ("meiri_search_lag", "meiri_backup_age_seconds"):
                assert one.name in samples
        assert samples["meiri_node_ready"][0].value == 1

    def test_one_that_cannot_be_read_is_left_out(self, client, monkeypatch):
        def fail():
            raise OSError("gone")

        monkeypatch.setattr(metrics, "_measurements", dict(metrics._measurements))
        metrics.measurement("meiri_kettle", "A kettle")(fail)
        samples = measured(client.get("/metrics").content.decode())
        assert not samples.get("meiri_kettle")
        assert "meiri_journal_entries" in samples

    @pytest.mark.parametrize(
        ("peer", "forwarded", "status"),
        [
            ("127.0.0.1", "", 200),
            ("::1", "", 200),
            ("::ffff:127.0.0.1", "", 200),
            # By a web server on this machine, for somebody else.
            ("127.0.0.1", "203.0.113.9", 404),
            ("203.0.113.9", "", 404),
            ("203.0.113.9", "127.0.0.1", 404),
            ("", "", 404),
        ],
    )
    def test_only_those_who_may_read_it_find_it(self, peer, forwarded, status):
        headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
        assert Client().get("/metrics", REMOTE_ADDR=peer, **headers).status_code == status

    def test_a_network_may_be_named(self, settings):
        settings.METRICS_FROM = ["10.0.0.0/8"]
        assert Client().get("/metrics", REMOTE_ADDR="10.1.2.3").status_code == 200
        assert Client().get("/metrics", REMOTE_ADDR="127.0.0.1").status_code == 404


def test_what_processes_counted_that_are_gone_is_forgotten_at_the_next_start(tmp_path, monkeypatch):
    # It is taken back afterwards.
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")
    folder = tmp_path / metrics.FOLDER
    folder.mkdir()
    ended = subprocess.Popen(["true"])
    ended.wait()
    (folder / f"counter_{ended.pid}.db").touch()
    (folder / f"counter_{os.getpid()}.db").touch()
    metrics.count_together(tmp_path)
    assert [path.name for path in folder.iterdir()] == [f"counter_{os.getpid()}.db"]
    assert os.environ["PROMETHEUS_MULTIPROC_DIR"] == str(folder)
    # A file that a process has only begun keeps nothing else from being told.
    assert Client().get("/metrics").status_code == 200
