"""How many stored pages a second nginx and Meiri serve, each with one worker, side by side in the same run."""

import argparse
import os
import platform
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from bench._processes import PATIENCE, answer_of_step, environment, free_port, take_step, wait_for

ARTICLES = 500
ROUNDS = 5
SECONDS = 5
CONNECTIONS = 64
LINE = "{:<44} {:>10} {:>9} {:>9} {:>7}"
TRY_NGINX = Path(__file__).resolve().parents[1] / "deploy" / "try-nginx"
# The least that nginx can be asked to do for a stored page.
BARE = """
{user}
daemon off; worker_processes 1; pcre_jit on; pid {work}/pid; error_log stderr;
events {{ worker_connections 1024; }}
http {{
    access_log off; sendfile on; tcp_nopush on; gzip_static on; default_type text/html;
    client_body_temp_path {work}/body; proxy_temp_path {work}/proxy; fastcgi_temp_path {work}/fastcgi;
    scgi_temp_path {work}/scgi; uwsgi_temp_path {work}/uwsgi;
    server {{ listen 127.0.0.1:{port}; root {home}/pages; }}
}}
"""


@dataclass
class Target:
    """A server, and what each round measured of it: requests a second, milliseconds at the median and at 99 %."""

    name: str
    port: int
    rates: list[float] = field(default_factory=list)
    medians: list[float] = field(default_factory=list)
    slowest: list[float] = field(default_factory=list)

    def measure(self, address: str, seconds: int) -> None:
        """One round with wrk. Raises `RuntimeError` where anything but whole pages came."""
        command = [
            "wrk",
            "-t1",
            f"-c{CONNECTIONS}",
            f"-d{seconds}s",
            "--latency",
            "-H",
            "Accept-Encoding: gzip",
        ]
        url = f"http://127.0.0.1:{self.port}{address}"
        said = subprocess.run([*command, url], capture_output=True, text=True, check=True).stdout
        if "Non-2xx" in said or "Socket errors" in said:
            raise RuntimeError(f"{self.name}:\n{said}")
        self.rates.append(float(found(r"Requests/sec:\s+([\d.]+)", said)[0]))
        self.medians.append(milliseconds(found(r"50%\s+([\d.]+)(us|ms|s)", said)))
        self.slowest.append(milliseconds(found(r"99%\s+([\d.]+)(us|ms|s)", said)))

    def row(self, whole: float) -> str:
        rate = statistics.median(self.rates)
        times = [f"{statistics.median(t):.1f} ms" for t in (self.medians, self.slowest)]
        return LINE.format(self.name, f"{rate:.0f}", *times, f"{rate / whole:.2f}")


def found(pattern: str, text: str) -> tuple[str, ...]:
    match = re.search(pattern, text)
    if match is None:
        raise RuntimeError(f"wrk said something else than expected:\n{text}")
    return match.groups()


def milliseconds(time_and_unit: tuple[str, ...]) -> float:
    value, unit = time_and_unit
    return float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def main(arguments) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.serving", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seconds", type=int, default=SECONDS)
    parser.add_argument("--home", help="measure with this data folder as it is, without generating anything")
    options = parser.parse_args(arguments)
    if missing := [p for c, p in {"wrk": "wrk", "nginx": "nginx-light"}.items() if not program(c)]:
        print(
            f"Not measured: {' and '.join(missing)} must be installed (Debian: sudo apt-get install {' '.join(missing)})."
        )
        return
    if options.home:
        measure(Path(options.home), options.rounds, options.seconds)
        return
    home = tempfile.mkdtemp(prefix="meiri-bench-")
    try:
        take_step("bench.pages", home, "prepare")
        take_step("bench.pages", home, "generate", str(ARTICLES))
        measure(Path(home), options.rounds, options.seconds)
    finally:
        shutil.rmtree(home)


def program(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def measure(home: Path, rounds: int, seconds: int) -> None:
    address = answer_of_step("bench.serving", home, "address")
    with ExitStack() as running:
        bare, alone, served, before = (Target(name, free_port()) for name in NAMES)
        running.enter_context(running_process(meiri(served.port), environment(home), served.port, "/healthz"))
        urllib.request.urlopen(f"http://127.0.0.1:{served.port}{address}").close()  # it is stored now
        nginx = [str(TRY_NGINX)]
        for target, application in ((alone, free_port()), (before, served.port)):
            command = [*nginx, str(target.port), str(application), str(home)]
            running.enter_context(running_process(command, None, target.port, address))
        running.enter_context(running_process(bare_nginx(home, bare.port), None, bare.port, address))
        targets = [bare, alone, served, before]
        for target in targets:
            target.measure(address, 1)
            target.rates.clear(), target.medians.clear(), target.slowest.clear()
        dice = Random(1)
        for _ in range(rounds):
            # In another order each time: nobody comes always after the same neighbour.
            for target in dice.sample(targets, len(targets)):
                target.measure(address, seconds)
        size = len(urllib.request.urlopen(f"http://127.0.0.1:{served.port}{address}").read())
    report(targets, alone, size, rounds, seconds)


NAMES = (
    "nginx, nothing but gzip_static",
    "nginx with deploy/nginx.conf",
    "Meiri alone",
    "nginx with deploy/nginx.conf before Meiri",
)


def report(targets: list[Target], whole: Target, size: int, rounds: int, seconds: int) -> None:
    print(machine())
    print(
        f"an article of {size / 1000:.0f} kB, sent as gzip; {CONNECTIONS} connections; {rounds} rounds of {seconds} s\n"
    )
    print(LINE.format("", "requests/s", "median", "99 %", "share"))
    for target in targets:
        print(target.row(statistics.median(whole.rates)))


def machine() -> str:
    """What the figures were measured on."""
    model = re.search(r"model name\s*:\s*(.*)", Path("/proc/cpuinfo").read_text())
    name = model[1] if model else platform.machine()
    return f"{os.cpu_count()} × {name}, Linux {platform.release()}, load {os.getloadavg()[0]:.1f}"


def meiri(port: int) -> list[str]:
    return [sys.executable, "-m", "meiri.conf.command", "serve", "--port", str(port)]


def bare_nginx(home: Path, port: int) -> list[str]:
    work = home / "bare"
    work.mkdir(exist_ok=True)
    user = "user root;" if os.getuid() == 0 else ""
    (work / "nginx.conf").write_text(BARE.format(user=user, work=work, port=port, home=home))
    return [program("nginx") or "nginx", "-p", str(work), "-c", str(work / "nginx.conf"), "-e", "stderr"]


@contextmanager
def running_process(
    command: list[str], environment: dict[str, str] | None, port: int, address: str
) -> Iterator[None]:
    """Run a server inside the block, from the moment when it answers. Raises `TimeoutError` where it doesn't."""
    process = subprocess.Popen(command, env=environment, start_new_session=True, stdout=subprocess.DEVNULL)
    try:
        wait_for(process, f"http://127.0.0.1:{port}{address}")
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)


def address() -> str:
    """The address of an article of ordinary length."""
    from meiri.newsroom.models import Article

    articles = list(Article.objects.live().order_by("pk")[:100])
    return sorted(articles, key=lambda article: len(str(article.body)))[len(articles) // 2].get_absolute_url()


def take(name: str) -> None:
    import django

    django.setup()
    print({"address": address}[name]())


if __name__ == "__main__":
    if sys.argv[1:2] == ["--step"]:
        take(*sys.argv[2:])
    else:
        main(sys.argv[1:])
