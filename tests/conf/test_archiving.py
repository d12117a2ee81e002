"""What docs/backups.md says of PostgreSQL's own archiving gives back the database as it was at a moment."""

import re
import shutil
import subprocess
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from bench._servers import PostgresServer
from bench.killing import wait_until
from tests.conftest import PROJECT

pytestmark = pytest.mark.xdist_group("machines")


def written(name: str, elsewhere: Path) -> str:
    """The line of the page that begins with `name`, for the folder `elsewhere`."""
    page = (PROJECT / "docs/backups.md").read_text()
    line = re.search(rf"(?m)^    ({name}.*)$", page)[1]
    return line.replace("/mnt/elsewhere", str(elsewhere))


@pytest.fixture
def folder():
    with tempfile.TemporaryDirectory(prefix="meiri-archiving-") as name:
        Path(name).chmod(0o755)  # PostgreSQL's own user passes through
        yield Path(name)


def test_the_database_comes_back_as_it_was_at_a_moment(folder):
    server, elsewhere = PostgresServer(folder / "server"), folder / "elsewhere"
    (elsewhere / "wal").mkdir(parents=True)
    server.own(elsewhere)
    server.configure(
        *(written(name, elsewhere) for name in ("archive_mode", "archive_timeout", "archive_command"))
    )
    server.start()
    try:
        with psycopg.connect(server.address, autocommit=True) as database:
            database.execute("CREATE TABLE texts (text text)")
            server.run(
                *written("pg_basebackup", elsewhere).split(),
                "--host",
                str(server.folder),
                "--username",
                "meiri",
            )
            database.execute("INSERT INTO texts VALUES ('早上')")
            time.sleep(1)
            moment = datetime.now(UTC)
            time.sleep(1)
            database.execute("INSERT INTO texts VALUES ('晚上')")
            segment = database.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone()[0]
            wait_until(lambda: (elsewhere / "wal" / segment).exists())
    finally:
        server.stop("immediate")

    shutil.rmtree(server.data)
    shutil.copytree(elsewhere / "base", server.data)
    server.own(server.data)
    server.data.chmod(0o700)
    (server.data / "recovery.signal").touch()
    target = written("recovery_target_time", elsewhere)
    server.configure(
        written("restore_command", elsewhere),
        re.sub("'.*'", f"'{moment:%Y-%m-%d %H:%M:%S.%f+00}'", target),
        written("recovery_target_action", elsewhere),
    )
    server.start()
    try:
        with psycopg.connect(server.address, autocommit=True) as database:
            wait_until(lambda: not database.execute("SELECT pg_is_in_recovery()").fetchone()[0])
            assert database.execute("SELECT text FROM texts").fetchall() == [("早上",)]
            database.execute("INSERT INTO texts VALUES ('又写了')")
    finally:
        server.stop("immediate")


def test_what_was_archived_is_never_replaced(tmp_path):
    """A command that ends well where a file of that name is there lets two clusters mix their logs."""
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "wal").mkdir(parents=True)
    command = re.search("'(.*)'", written("archive_command", elsewhere))[1].replace("%f", "0001")
    for name, status in (("first", 0), ("second", 1)):
        (tmp_path / name).write_text(name)
        done = subprocess.run(["sh", "-c", command.replace("%p", str(tmp_path / name))])
        assert done.returncode == status
    assert (elsewhere / "wal/0001").read_text() == "first"
    assert [path.name for path in (elsewhere / "wal").iterdir()] == ["0001"]
