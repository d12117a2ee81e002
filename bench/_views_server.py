"""The process group that bench/views.py measures: web server and worker, started again at once when killed."""

import sys

from meiri.conf import process_group


def main(port: str) -> None:
    web = [
        *(sys.executable, "-m", "granian", "--interface", "rsgi", "--host", "127.0.0.1", "--port", port),
        *(
            "--workers",
            "1",
            "--loop",
            "uvloop",
            "--no-ws",
            "--workers-kill-timeout",
            "5",
            "--log-level",
            "warning",
            "meiri.conf.front:app",
        ),
    ]
    worker = [sys.executable, "-m", "meiri.conf.command", "work"]
    # Whoever is killed on purpose is not to be punished for it: each is started again at once.
    process_group.STEADY_SECONDS = 0
    process_group.run([process_group.Member("web server", web), process_group.Member("worker", worker)])


if __name__ == "__main__":
    main(sys.argv[1])
