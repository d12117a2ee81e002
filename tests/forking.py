"""Processes that run Python files on a site's data, forked from one that has loaded Django for them: to load it takes seconds.

The server gets one JSON object a message by a socket: `run` (a file and its arguments, with the ends of two pipes), answered with the
number of the process, or `wait` (such a number), answered with its status.
"""

import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
import traceback
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
LONGEST_MESSAGE = 65_536  # bytes


class Fork:
    """A running file, to be used like a `subprocess.Popen` with pipes of text."""

    def __init__(self, server: "ForkServer", pid: int, stdin: int, stdout: int):
        self._server, self.pid, self.returncode = server, pid, None
        self.stdin, self.stdout = os.fdopen(stdin, "w"), os.fdopen(stdout)

    def send_signal(self, number: int) -> None:
        if self.returncode is None:  # nobody else has its number until it was waited for
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def wait(self, timeout: float = 180) -> int:
        """Its status, negative where a signal ended it. Raises `TimeoutError` after `timeout` seconds."""
        if self.returncode is None:
            self.returncode = self._server.ask({"wait": self.pid}, timeout=timeout)
        return self.returncode

    def communicate(self, timeout: float = 180) -> tuple[str, None]:
        """What it prints from now to its end. After `timeout` seconds it is killed."""
        self.stdin.close()
        alarm = threading.Timer(timeout, self.kill)
        alarm.start()
        printed = self.stdout.read()
        alarm.cancel()
        self.wait()
        return printed, None

    def close(self) -> None:
        self.kill()
        self.wait()
        self.stdin.close()
        self.stdout.close()


class ForkServer:
    """One for each environment that files run in. `close` ends it with all that it started."""

    def __init__(self, environment: dict[str, str]):
        path = os.pathsep.join([str(PROJECT), *filter(None, [environment.get("PYTHONPATH")])])
        self._channel, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.forking", str(other.fileno())],
            env=environment | {"DJANGO_SETTINGS_MODULE": "meiri.conf.settings", "PYTHONPATH": path},
            pass_fds=[other.fileno()],
        )
        other.close()
        self._started: list[Fork] = []

    def run(self, file: Path, *arguments) -> Fork:
        """Start `file` as a program with `arguments`."""
        its_stdin, stdin = os.pipe()
        stdout, its_stdout = os.pipe()
        given = [str(file), *map(str, arguments)]
        pid = self.ask({"run": given}, its_stdin, its_stdout)
        for end in (its_stdin, its_stdout):
            os.close(end)
        self._started.append(Fork(self, pid, stdin, stdout))
        return self._started[-1]

    def ask(self, question: dict, *descriptors: int, timeout: float = 180) -> int:
        self._channel.settimeout(timeout)
        socket.send_fds(self._channel, [json.dumps(question).encode()], descriptors)
        return int(self._channel.recv(LONGEST_MESSAGE))

    def close(self) -> None:
        for fork in self._started:
            fork.close()
        self._channel.close()
        self._process.wait()


def main(channel: socket.socket) -> None:
    import django

    django.setup()
    while True:
        message, descriptors, _, _ = socket.recv_fds(channel, LONGEST_MESSAGE, 2)
        if not message:
            return
        question = json.loads(message)
        if "run" in question:
            answer = os.fork() or run_file(question["run"], *descriptors, channel)
            for end in descriptors:
                os.close(end)
        else:
            answer = os.waitstatus_to_exitcode(os.waitpid(question["wait"], 0)[1])
        channel.send(str(answer).encode())


def run_file(given: list[str], stdin: int, stdout: int, channel: socket.socket) -> int:
    """In a process that was forked: be that program. Does not return."""
    status = 1
    try:
        channel.close()
        os.dup2(stdin, 0)
        os.dup2(stdout, 1)
        os.close(stdin)
        os.close(stdout)
        sys.argv = given
        runpy.run_path(given[0], run_name="__main__")
        status = 0
    except SystemExit as ended:
        status = int(ended.code or 0)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(status)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
