"""A process beside a served site that runs Python on the site's data folder, one text after the other: to start one for each text
takes seconds. It reads one JSON string a line and answers with one object, what was `printed` and the `error`, if any."""

import contextlib
import io
import json
import os
import subprocess
import sys
import traceback
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]


class Shell:
    """Starts when it is first needed. `environment`: the settings of the site."""

    def __init__(self, environment: dict[str, str]):
        self._environment = environment | {"DJANGO_SETTINGS_MODULE": "meiri.conf.settings"}
        self._process: subprocess.Popen | None = None

    def run(self, code: str) -> str:
        """What `code` printed. Raises `RuntimeError` with its traceback where it fails."""
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.site_shell"],
                env=self._environment,
                cwd=PROJECT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        self._process.stdin.write(json.dumps(code) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline() or '{"error": "The process ended."}')
        if answer["error"]:
            raise RuntimeError(answer["error"])
        return answer["printed"]

    def end(self) -> None:
        if self._process is not None:
            self._process.stdin.close()
            self._process.wait()


def main() -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever is printed past Python
    import django

    from meiri.file_modes import OWNER_ONLY

    os.umask(OWNER_ONLY)  # as `meiri` does
    django.setup()
    for line in sys.stdin:
        printed, error = io.StringIO(), ""
        try:
            with contextlib.redirect_stdout(printed):
                exec(json.loads(line), {"__name__": "__main__"})  # noqa: S102 what the tests say
        except Exception:
            error = traceback.format_exc()
        answers.write(json.dumps({"printed": printed.getvalue(), "error": error}) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
