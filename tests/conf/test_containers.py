"""deploy/Containerfile and deploy/compose.yaml, as far as they can be looked at without an engine that builds and runs them."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import trustme
import yaml
from django.core.management import get_commands

from tests.conftest import PROJECT
from tests.docs.test_settings import settings_read
from tests.s3_server import KEY, SECRET, an_s3_server

FILE = (PROJECT / "deploy/Containerfile").read_text()
COMPOSE = (PROJECT / "deploy/compose.yaml").read_text()
SITE = yaml.safe_load(COMPOSE)
SERVICES = SITE["services"]
NODES = ["node-1", "node-2"]
OURS = [name for name, service in SERVICES.items() if service["image"] == "localhost/meiri"]


def instructions(name: str) -> list[str]:
    joined = FILE.replace("\\\n", " ")
    return [line.partition(" ")[2].strip() for line in joined.splitlines() if line.startswith(f"{name} ")]


def ignored(path: str) -> bool:
    """Whether .dockerignore keeps a path of the checkout from the builder: the last pattern that fits counts."""
    found = False
    for line in (PROJECT / ".dockerignore").read_text().splitlines():
        pattern = line.removeprefix("!")
        if (
            line
            and not line.startswith("#")
            and (pattern == "*" or path == pattern or path.startswith(f"{pattern}/"))
        ):
            found = not line.startswith("!")
    return found


class TestImage:
    def test_what_it_copies_is_there_and_not_ignored(self):
        copied = [line.split() for line in instructions("COPY") if not line.startswith("--from")]
        paths = [path for *sources, _ in copied for path in sources]
        assert {"src", "pyproject.toml", "requirements/run.txt"} <= set(paths)
        for path in paths:
            assert (PROJECT / path).exists(), path
            assert not ignored(path), path
        assert ignored("var")
        assert ignored("tests/conftest.py")

    def test_it_runs_as_nobody_special(self):
        assert instructions("USER") == ["10001:10001"]
        assert "--uid 10001" in FILE
        # Nothing is run as root after that.
        assert "RUN" not in FILE[FILE.index("\nUSER ") :]

    def test_it_is_asked_whether_it_is_ready(self):
        (check,) = instructions("HEALTHCHECK")
        assert f"127.0.0.1:{settings_of_image()['MEIRI_PORT']}/readyz" in check
        assert SERVICES["node-1"]["healthcheck"]["test"] == [
            "CMD",
            *yaml.safe_load(check.partition(" CMD ")[2]),
        ]
        assert instructions("EXPOSE") == [settings_of_image()["MEIRI_PORT"]]

    def test_its_data_folder_is_a_volume(self):
        assert instructions("VOLUME") == [settings_of_image()["MEIRI_HOME"]]

    def test_packages_are_those_of_the_lock_file(self):
        installed = [line for line in instructions("RUN") if "pip install" in line]
        assert len(installed) == 2
        assert "--require-hashes -r requirements/run.txt" in installed[0]
        assert "--no-deps --no-build-isolation" in installed[1]
        assert "index-url" not in FILE

    def test_it_begins_a_command_that_there_is(self):
        assert instructions("ENTRYPOINT") == ['["meiri"]']
        assert yaml.safe_load(instructions("CMD")[-1])[0] in get_commands()


def settings_of_image() -> dict[str, str]:
    (line,) = instructions("ENV")
    return dict(part.split("=", 1) for part in line.split())


class TestCompose:
    def test_settings_are_those_of_the_table(self):
        known = settings_read()
        named = re.findall(r"\bMEIRI_[A-Z0-9_]*[A-Z0-9]\b", FILE + COMPOSE)
        assert "MEIRI_DATABASE_URL" in named
        assert set(named) <= set(known)

    def test_no_secret_stands_in_it(self):
        for service in SERVICES.values():
            for name, value in service.get("environment", {}).items():
                if re.search(r"PASSWORD|SECRET|ACCESS_KEY|ROOT_USER", name):
                    assert re.fullmatch(r"\$\{[A-Z0-9_]+(:\?[^}]*)?\}", value), name
                if "://" in value and "@" in value:
                    assert re.search(r"://[a-z]*:\$\{[A-Z_]+:\?[^}]*\}@", value), name
        # Each is asked for where it is missing.
        for name in re.findall(r"\$\{([A-Z0-9_]+)", COMPOSE):
            assert f"${{{name}:?" in COMPOSE, name

    def test_what_must_live_has_a_volume(self):
        for name, place in [*((node, "/var/lib/meiri") for node in NODES), ("s3", "/data")]:
            (mounted,) = [one for one in SERVICES[name]["volumes"] if one.split(":")[1] == place]
            assert mounted.split(":")[0] in SITE["volumes"], name
        assert SERVICES["postgresql"]["volumes"] == ["database:/var/lib/postgresql/data"]
        used = [one.split(":")[0] for service in SERVICES.values() for one in service.get("volumes", ())]
        assert set(SITE["volumes"]) <= set(used)

    def test_files_that_are_mounted_are_there(self):
        mounted = [one.split(":")[0] for service in SERVICES.values() for one in service.get("volumes", ())]
        assert [path for path in mounted if path.startswith(".")] == ["./nginx-nodes.conf"]
        assert (PROJECT / "deploy/nginx-nodes.conf").exists()
        build = SERVICES["node-1"]["build"]
        assert (
            PROJECT / "deploy" / build["context"] / build["dockerfile"]
        ).resolve() == PROJECT / "deploy/Containerfile"

    def test_images_of_others_have_a_version(self):
        for name in set(SERVICES) - set(OURS):
            host, _, rest = SERVICES[name]["image"].partition("/")
            assert "." in host
            assert rest.partition(":")[2] not in ("", "latest"), name

    def test_the_client_programs_fit_the_database(self):
        assert "debian:bookworm-slim" in instructions("FROM")[-1]  # PostgreSQL 15
        assert SERVICES["postgresql"]["image"].endswith(":15")

    def test_nobody_reaches_anything_but_nginx(self):
        assert [name for name, service in SERVICES.items() if service.get("ports")] == ["nginx"]
        for name in OURS:
            assert SERVICES[name]["cap_drop"] == ["ALL"]
            assert SERVICES[name]["read_only"]

    def test_nodes_stand_where_nginx_looks_for_them(self):
        conf = (PROJECT / "deploy/nginx-nodes.conf").read_text()
        for node in NODES:
            address = SERVICES[node]["networks"]["site"]["ipv4_address"]
            assert f"server {address}:8000" in conf
            environment = SERVICES[node]["environment"]
            assert environment["MEIRI_NODE_NAME"] == node
            assert (
                environment["MEIRI_TRUSTED_PROXIES"] == SERVICES["nginx"]["networks"]["site"]["ipv4_address"]
            )
            assert "127.0.0.1" in environment["MEIRI_ALLOWED_HOSTS"].split(",")


def test_nginx_takes_what_it_is_given(tmp_path):
    """The service's own command, with a certificate and this machine's nginx."""
    shell, option, script = SERVICES["nginx"]["command"]
    # As certbot lays them.
    assert [one for one in SERVICES["nginx"]["volumes"] if one.endswith("}:/etc/letsencrypt:ro")]
    archive, live = (tmp_path / "letsencrypt" / name / "www.paper.example" for name in ("archive", "live"))
    certificate = trustme.CA().issue_cert("www.paper.example")
    for name, pem in (
        ("fullchain", certificate.cert_chain_pems[0]),
        ("privkey", certificate.private_key_pem),
    ):
        for folder in (archive, live):
            folder.mkdir(parents=True, exist_ok=True)
        pem.write_to_path(archive / f"{name}1.pem")
        (live / f"{name}.pem").symlink_to(f"../../archive/www.paper.example/{name}1.pem")
    (tmp_path / "main.conf").write_text(
        f"pid {tmp_path}/pid; error_log stderr; events {{}} http {{ access_log off; include {tmp_path}/default.conf; }}"
    )
    script = (
        script.replace("$$", "$")
        .replace("/etc/meiri/", f"{PROJECT}/deploy/")
        .replace("/etc/nginx/conf.d/default.conf", f"{tmp_path}/default.conf")
        .replace('exec nginx -g "daemon off;"', "true")
    )
    subprocess.run([shell, option, script], env=os.environ | {"SITE_NAME": "www.paper.example"}, check=True)
    conf = tmp_path / "default.conf"
    text = conf.read_text()
    assert "example.com" not in text
    assert set(re.findall(r"server (10\.0\.0\.\d+):8000", text)) == {"10.0.0.11", "10.0.0.12"}
    text = text.replace("/etc/letsencrypt", str(tmp_path / "letsencrypt"))
    conf.write_text(text.replace("/var/log/nginx/access.log", "/dev/null"))
    done = subprocess.run(
        ["/usr/sbin/nginx", "-t", "-p", str(tmp_path), "-c", str(tmp_path / "main.conf"), "-e", "stderr"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_the_buckets_are_made_once():
    program, option, script = SERVICES["buckets"]["entrypoint"]
    assert (program, option) == ("python", "-c")
    named = SERVICES["buckets"]["environment"]
    with an_s3_server() as server:
        settings = {name: value for name, value in named.items() if name.startswith("MEIRI_S3_")}
        settings |= {
            "MEIRI_S3_ENDPOINT": server.address,
            "MEIRI_S3_ACCESS_KEY": KEY,
            "MEIRI_S3_SECRET_KEY": SECRET,
        }
        for _ in range(2):
            subprocess.run([sys.executable, "-c", script], env=os.environ | settings, check=True)
        there = {bucket["Name"] for bucket in server.client().list_buckets()["Buckets"]}
    assert {named["MEIRI_S3_BUCKET"], named["MEIRI_S3_BACKUP_BUCKET"]} <= there


def test_the_second_node_gets_the_keys_that_it_does_not_have(tmp_path):
    shell, option, script = SERVICES["keys"]["entrypoint"]
    first, second = tmp_path / "first", tmp_path / "second"
    for folder, keys in ((first, {"log.key": "log", "push.key": "push"}), (second, {"push.key": "its own"})):
        folder.mkdir()
        for name, text in keys.items():
            (folder / name).write_text(text)
    (first / "meiri.sqlite3").write_text("not to be copied")
    script = script.replace("/from/", f"{shlex.quote(str(first))}/").replace(
        "/to/", f"{shlex.quote(str(second))}/"
    )
    subprocess.run([shell, option, script], check=True)
    assert {path.name: path.read_text() for path in second.iterdir()} == {
        "log.key": "log",
        "push.key": "its own",
    }
    assert [Path(one.split(":")[1]) for one in SERVICES["keys"]["volumes"]] == [Path("/from"), Path("/to")]


def test_what_the_page_says_to_type_can_be_typed():
    page = (PROJECT / "docs/operations.md").read_text()
    typed = re.findall(r"compose exec (\S+) meiri ([a-z-]+)", page)
    assert {command for _, command in typed} >= {"doctor", "backup"}
    for service, command in typed:
        assert service in NODES
        assert command in get_commands()
    named = re.findall(r"compose (?:run --rm|restart) ([a-z0-9-]+)", page + COMPOSE)
    assert {"keys", "node-2"} <= set(named) <= set(SERVICES)
