"""Several processes count at once, and every reader counts once."""

import os
import subprocess
import sys
from pathlib import Path

PROCESS = Path(__file__).with_name("process.py")


def test_readers_counted_by_several_processes_are_counted_exactly(tmp_path):
    environment = {
        **os.environ,
        "MEIRI_DATABASE_URL": f"sqlite:///{tmp_path / 'audience.sqlite3'}",
        "MEIRI_HOME": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "meiri.conf.settings",
    }

    def start(*arguments):
        command = [sys.executable, str(PROCESS), *map(str, arguments)]
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)

    article = start("found").communicate(timeout=180)[0].strip()
    # Readers 20 to 39 come to both, and count once.
    both = [start("read", article, 40, 0), start("read", article, 40, 20)]
    assert [process.wait(120) for process in both] == [0, 0]
    assert start("count", article).communicate(timeout=60)[0].split() == ["60", "60"]
