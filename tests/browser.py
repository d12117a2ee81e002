"""A site of the tests' own with the sample newsroom, served as in production, and a real browser to read it with.

Both start once in a worker. Tests that use them carry `xdist_group("newsroom browser")` where they work in the newsroom, else
`xdist_group("browser")`, so that one worker runs each group, on a site that no other changes.
"""

import itertools
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.members.one_time_codes import code_of
from tests.members.provider_server import CLIENT, SECRET, Provider
from tests.site_shell import Shell

CHROMIUM = (
    "/usr/bin/chromium-headless-shell"  # without the windows of a whole browser, which cost as much again
)
# Without these a closed network is asked again and again for things that no test needs.
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
PATIENCE = 300  # seconds that a first start may take


class CommandFailed(Exception):
    """A command of `meiri` that ended with another `status` than 0, and what it `printed`."""

    def __init__(self, arguments: tuple[str, ...], done: subprocess.CompletedProcess):
        super().__init__(
            f"meiri {' '.join(arguments)} ended with {done.returncode}: {done.stdout}{done.stderr}"
        )
        self.status, self.printed = done.returncode, done.stdout


@dataclass(frozen=True)
class Site:
    """A running site: its address, its data folder, and the password of its administrator, `admin`."""

    url: str
    home: Path
    password: str
    provider: Provider  # of other accounts, that members of the site may sign in with

    def run(self, code: str) -> str:
        """What Python `code` prints that runs beside the site, on its data folder. Raises `RuntimeError` where it fails."""
        return self.shell.run(code)

    @cached_property
    def shell(self) -> Shell:
        return Shell(_environment(self))

    def manage(self, *arguments: str) -> str:
        """The output of `meiri ARGUMENTS` on the site's data folder. Raises `CommandFailed`."""
        done = subprocess.run(
            [sys.executable, "-m", "meiri.conf.command", *arguments],
            env=_environment(self),
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise CommandFailed(arguments, done)
        return done.stdout


def _environment(site: Site) -> dict[str, str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("MEIRI_")}
    return clean | {
        "MEIRI_HOME": str(site.home),
        "MEIRI_PORT": site.url.rpartition(":")[2],
        "MEIRI_BASE_URL": site.url,
        "MEIRI_STRICT_TEMPLATES": "on",
        "MEIRI_OIDC": site.provider.url,
        "MEIRI_OIDC_CLIENT": f"{CLIENT}:{SECRET}",
        "MEIRI_OIDC_PRIVATE": "on",
    }


def _free_port() -> int:
    """A port below those that the kernel gives to outgoing connections: it stays free while the site is prepared."""
    while True:
        port = random.randint(20_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@pytest.fixture(scope="session")
def provider() -> Iterator[Provider]:
    provider = Provider()
    yield provider
    provider.stop()


@pytest.fixture(scope="session")
def site(request, tmp_path_factory, provider, django_db_setup) -> Iterator[Site]:
    from tests.prepared import begin_started

    home = tmp_path_factory.mktemp("site")
    begin_started(home, request.config)
    password = (home / "admin-password.txt").read_text().strip()
    site = Site(f"http://127.0.0.1:{_free_port()}", home, password, provider)
    with (home / "server.log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "meiri.conf.command", "serve", "--prepare"],
            env=_environment(site),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            _wait_for(site, server, home / "server.log")
            # One person publishes in most tests; those of reviews switch the chains on again.
            site.run("from meiri.review.models import ReviewChain; ReviewChain.objects.update(active=False)")
            yield site
        finally:
            site.shell.end()
            server.send_signal(signal.SIGTERM)
            try:
                server.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)
                server.wait()


def _wait_for(site: Site, server: subprocess.Popen, log: Path) -> None:
    """Until the site answers, and has its search index."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and server.poll() is None:
        try:
            for address in ("/healthz", "/search/?q=x"):
                urllib.request.urlopen(site.url + address, timeout=5).close()  # noqa: S310
            return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"The site did not start:\n{log.read_text()[-3000:]}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.fail("Browser tests need Debian's Chromium; `make setup` installs it.")
    # Playwright keeps an event loop running in this thread, where later tests use the database as ever.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        _give_contexts_addresses(browser)
        yield browser
        browser.close()


def _give_contexts_addresses(browser: Browser) -> None:
    """Each context reads from a network address of its own, so that no test is refused for what others did. Service workers, which would
    answer in the place of what tests put there, are only where a test asks for them."""
    new_context, numbers = browser.new_context, itertools.count(1)

    def from_another_address(**options) -> BrowserContext:
        address = str(ip_address("198.18.0.0") + next(numbers))  # RFC 2544: for tests
        has_workers = options.pop("has_workers", False)
        context = new_context(extra_http_headers={"X-Forwarded-For": address}, **options)
        if not has_workers:
            context.add_init_script("delete Navigator.prototype.serviceWorker")
        return context

    browser.new_context = from_another_address


@contextmanager
def _visitor(browser: Browser, site: Site, width: int, height: int) -> Iterator[BrowserContext]:
    """Somebody in Beijing with nothing remembered, whose screen has this size in pixels."""
    context = browser.new_context(
        base_url=site.url,
        viewport={"width": width, "height": height},
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
    )
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def reader(browser, site) -> Iterator[BrowserContext]:
    """A reader's phone."""
    with _visitor(browser, site, 360, 780) as context:
        yield context


@pytest.fixture
def desktop(browser, site) -> Iterator[BrowserContext]:
    """A reader's desktop."""
    with _visitor(browser, site, 1440, 900) as context:
        yield context


@pytest.fixture(scope="session")
def administrators_cookies(browser, site) -> list[dict]:
    """Those of the administrator, signed in to the newsroom once: sign-ins from one address are limited. The first time an
    app is set up for the second factor, by keyboard and on a phone."""
    with _visitor(browser, site, 360, 780) as context:
        context.set_default_timeout(20_000)
        page = context.new_page()
        page.goto("/admin/")
        page.locator("input[name=login]").press_sequentially("admin")
        page.locator("input[name=password]").press_sequentially(site.password)
        page.keyboard.press("Enter")
        page.get_by_role("link", name="设置验证器应用").press("Enter")
        page.get_by_label("验证码").press_sequentially(code_of(page.locator(".secret").inner_text()))
        page.keyboard.press("Enter")
        page.get_by_role("link", name="进入采编后台").press("Enter")
        page.wait_for_url("**/admin/")
        return context.cookies()


@pytest.fixture
def editor(desktop, administrators_cookies) -> BrowserContext:
    """The administrator at a desktop, signed in to the newsroom."""
    desktop.set_default_timeout(20_000)
    desktop.add_cookies(administrators_cookies)
    return desktop
