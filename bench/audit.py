"""`make audit`: what Lighthouse says of the reader's pages on a phone. A site of its own is served for it."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

LIGHTHOUSE = Path(__file__).resolve().parents[1] / "node_modules" / ".bin" / "lighthouse"
CHROME_FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-background-networking"
WANTED = {"performance": 98, "accessibility": 100, "best-practices": 100, "seo": 100}
PATIENCE = 600  # seconds
# Lighthouse asks to be run again where the browser missed how a page began to load.
ATTEMPTS = 3


def main() -> int:
    """Print the scores (0-100) of each page; 1 where one is lower than wanted."""
    with tempfile.TemporaryDirectory(prefix="meiri-audit-", ignore_cleanup_errors=True) as folder:
        url, server = serve(folder)
        try:
            pages = {
                "home": "/",
                "channel": "/yaowen/",
                "station": "/difang/zhejiang/",
                "article": an_article(url),
                "letters": "/letters/",
            }
            results = {name: scores(url + address, folder) for name, address in pages.items()}
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(30)
    print(f"{'page':10}" + "".join(f"{name:>16}" for name in WANTED))
    for name, found in results.items():
        print(f"{name:10}" + "".join(f"{found[category]:>16}" for category in WANTED))
    low = any(found[c] < least for found in results.values() for c, least in WANTED.items())
    return int(low)


def serve(folder: str, **settings: str) -> tuple[str, subprocess.Popen]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    clean = {k: v for k, v in os.environ.items() if not k.startswith("MEIRI_")}
    server = subprocess.Popen(
        [sys.executable, "-m", "meiri.conf.command", "serve", "--prepare"],
        env=clean | {"MEIRI_HOME": folder, "MEIRI_PORT": str(port), "MEIRI_BASE_URL": url} | settings,
        stdout=subprocess.DEVNULL,
    )
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and server.poll() is None:
        try:
            get(url + "/healthz")
            return url, server
        except OSError:
            time.sleep(0.3)
    server.kill()
    raise SystemExit("The site to be audited did not start.")


def get(address: str) -> str:
    with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310
        return answer.read().decode()


def an_article(url: str) -> str:
    found = re.search(r'href="(/yaowen/\d{4}/\d{4}/\d+\.html)"', get(url + "/yaowen/"))
    if found is None:
        raise SystemExit("The channel front shows no article.")
    return found[1]


def scores(address: str, folder: str) -> dict[str, int]:
    """Those of a page by category. Raises `SystemExit` where Lighthouse comes to no result."""
    report = Path(folder) / "lighthouse.json"
    command = [
        str(LIGHTHOUSE),
        address,
        "--quiet",
        "--output=json",
        f"--output-path={report}",
        f"--chrome-flags={CHROME_FLAGS}",
    ]
    environment = {**os.environ, "CHROME_PATH": "/usr/bin/chromium-headless-shell"}
    for _ in range(ATTEMPTS):
        if subprocess.run(command, env=environment, timeout=PATIENCE).returncode == 0:
            break
    else:
        raise SystemExit(f"{address} could not be audited.")
    data = json.loads(report.read_text())
    for audit in data["audits"].values():
        if audit["score"] is not None and audit["score"] < 0.9 and audit["scoreDisplayMode"] == "binary":
            print(f"{address}: {audit['title']}")
    return {c: round(data["categories"][c]["score"] * 100) for c in WANTED}


if __name__ == "__main__":
    sys.exit(main())
