"""Servers that a benchmark starts for itself and harms: a PostgreSQL, and an nginx before several nodes."""

import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

from bench.killing import children
from tests.postgresql import owner, program_path

PROJECT = Path(__file__).resolve().parents[1]


class PostgresServer:
    """A cluster in `folder`, on a socket there. What it has committed outlives its end; the loss of power is not meant."""

    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir(parents=True)
        self._as_owner = owner(folder)
        self._call(
            "initdb",
            "--pgdata",
            f"{folder}/data",
            "--username",
            "meiri",
            "--auth",
            "trust",
            "--encoding",
            "UTF8",
            "--no-sync",
        )

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def own(self, folder: Path) -> None:
        """Give a folder and what it holds to PostgreSQL's user."""
        if self._as_owner:
            subprocess.run(["chown", "-R", "postgres:postgres", str(folder)], check=True)

    def configure(self, *lines: str) -> None:
        """Add lines to its configuration, for its next start."""
        with (self.data / "postgresql.conf").open("a") as file:
            file.writelines(f"{line}\n" for line in lines)

    def run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs as its user. Raises `CalledProcessError`."""
        self._call(program, *arguments)

    @property
    def address(self) -> str:
        return f"postgresql://meiri@/postgres?host={self.folder}"

    def start(self) -> None:
        settings = f"-c listen_addresses='' -c unix_socket_directories='{self.folder}' -c max_connections=200 -c fsync=off -c jit=off"
        self._call(
            "pg_ctl",
            "start",
            "--pgdata",
            f"{self.folder}/data",
            "--wait",
            "--silent",
            "--log",
            f"{self.folder}/log",
            "--options",
            settings,
        )

    def stop(self, mode: str = "fast") -> None:
        self._call("pg_ctl", "stop", "--pgdata", f"{self.folder}/data", "--mode", mode, "--silent")

    def _call(self, program: str, *arguments: str) -> None:
        command = [*self._as_owner, program_path(program), *arguments]
        subprocess.run(command, check=True, cwd=self.folder, stdout=subprocess.DEVNULL)


class Balancer:
    """nginx with deploy/nginx-nodes.conf before nodes on `ports` of this machine, at most three, on `port`; without TLS."""

    def __init__(self, folder: Path, port: int, ports: list[int]):
        self.folder, self.port = folder, port
        folder.mkdir()
        conf = (PROJECT / "deploy/nginx-nodes.conf").read_text()
        conf = re.sub(r"(?ms)^server \{\n    listen      80;.*?^\}\n", "", conf)
        conf = re.sub(r"(?m)^    (?:ssl_|listen      \[).*\n", "", conf)
        conf = conf.replace("listen      443 ssl http2;", f"listen 127.0.0.1:{port};")
        conf = conf.replace("/var/log/nginx/access.log", "/dev/null")
        for place, number in zip(("11", "12", "13"), ports, strict=False):
            conf = conf.replace(f"10.0.0.{place}:8000", f"127.0.0.1:{number}")
        conf = re.sub(r"(?m)^    server 10\..*\n", "", conf)
        (folder / "site.conf").write_text(conf)
        temporary = "".join(
            f"{name}_temp_path {folder}/{name};"
            for name in ("client_body", "proxy", "fastcgi", "scgi", "uwsgi")
        )
        (folder / "main.conf").write_text(
            f"{'user root;' if os.getuid() == 0 else ''} daemon off; worker_processes 2; pid {folder}/pid; error_log {folder}/errors warn;"
            f"events {{ worker_connections 8192; }} http {{ access_log off; {temporary} include {folder}/site.conf; }}"
        )
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        command = shutil.which("nginx") or "/usr/sbin/nginx"
        self._process = subprocess.Popen(
            [
                command,
                "-p",
                str(self.folder),
                "-c",
                str(self.folder / "main.conf"),
                "-e",
                str(self.folder / "errors"),
            ]
        )
        time.sleep(0.5)
        if self._process.poll() is not None:
            raise RuntimeError((self.folder / "errors").read_text()[-1000:])

    def kill_worker(self) -> None:
        os.kill(children(self._process.pid)[0], signal.SIGKILL)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)
