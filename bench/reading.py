"""Whether any file makes the readers of imports fail: real files of every format, changed by chance, for some minutes.

Each is read as `meiri import` reads it, in a guarded process. Told are errors that no reader is known to raise, items that ran over
their limits, and the slowest. Beside the samples of tests/ the real material in ../shared/data is taken.
"""

import argparse
import gzip
import os
import random
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path

SAMPLES = Path(__file__).resolve().parents[1] / "tests" / "ingest" / "data"
DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
LARGEST = 400_000
FOR_EACH_ENDING = 40
SECONDS = 20.0
PIECES = (
    b"<", b">", b"</p>", b"<!--", b"]]>", b"&#x", b"\0", b"\xff\xfe", b"\xed\xa0\xbd", b"{", b"[", b"\"", b"\\u", b"---\n", b"\r\n\r\n",
    b"--", b"obj", b"endstream", b"PK\x03\x04", b"=?utf-8?B?", b"%PDF-", b"9" * 40, "〇".encode(), "。".encode("gb18030"),
)  # fmt: skip


def samples(data: Path) -> dict[str, list[tuple[str, bytes]]]:
    """(name, content) of files by the ends of their names."""
    found: dict[str, list[tuple[str, bytes]]] = defaultdict(list)
    chance = random.Random(7)
    paths = sorted(p for folder in (SAMPLES, data) for p in folder.rglob("*") if p.is_file())
    chance.shuffle(paths)
    for path in paths:
        name = path.name
        if (
            path.stat().st_size > LARGEST
            or path.suffix in (".jsonl", ".zst", ".bin")
            or "security" in path.parts
        ):
            continue
        content = path.read_bytes()
        if name.endswith(".html.gz"):
            name, content = name[:-3], gzip.decompress(content)
        ending = Path(name).suffix.lower()
        if content and len(found[ending]) < FOR_EACH_ENDING:
            found[ending].append((name, content))
    return {ending: files for ending, files in found.items() if files}


def changed(content: bytes, chance: random.Random) -> bytes:
    """`content` with a few of its bytes changed, cut, repeated, moved, or put beside others."""
    out = bytearray(content)
    for _ in range(chance.choice((1, 2, 4, 12))):
        if not out:
            break
        at = chance.randrange(len(out))
        length = min(len(out) - at, chance.choice((1, 2, 8, 64, 1024)))
        kind = chance.randrange(6)
        if kind == 0:
            out[at] = chance.randrange(256)
        elif kind == 1:
            del out[at : at + length]
        elif kind == 2:
            out[at:at] = chance.choice(PIECES) * chance.choice((1, 1, 3, 200))
        elif kind == 3:
            out[at:at] = out[at : at + length] * chance.choice((1, 2, 50))
        elif kind == 4:
            to = chance.randrange(len(out))
            out[to : to + length] = out[at : at + length]
        else:
            del out[at:]
    return bytes(out[: 4 * LARGEST])


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.reading", description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", help="a folder for the files that made a reader fail")
    parser.add_argument("--only", nargs="+", help="the ends of the names of the files to take (.pdf .html)")
    options = parser.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "meiri.conf.settings")
    with tempfile.TemporaryDirectory(prefix="meiri-bench-") as folder:
        os.environ["MEIRI_HOME"] = folder
        import django

        django.setup()
        fuzz(options, Path(folder))


def fuzz(options, folder: Path) -> None:
    from meiri.ingest.guarded_reading import TOO_MUCH, reading

    by_ending = samples(DATA)
    if options.only:
        by_ending = {ending: by_ending[ending] for ending in options.only if ending in by_ending}
    chance = random.Random(options.seed)
    counted: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    slowest: list[tuple[float, str]] = []
    until = time.monotonic() + options.seconds
    with reading() as reader:
        while time.monotonic() < until:
            ending = chance.choice(sorted(by_ending))
            name, content = chance.choice(by_ending[ending])
            content = changed(content, chance)
            path = folder / f"a{ending}"
            path.write_bytes(content)
            began = time.perf_counter()
            try:
                reasons = _reasons(reader, path, name)
            finally:
                taken = time.perf_counter() - began
            slowest = sorted([*slowest, (taken, name)], reverse=True)[:5]
            counted["files"] += 1
            for reason in reasons:
                kind = (
                    "failed"
                    if reason.startswith("读取时出错")
                    else "over its limits"
                    if reason == TOO_MUCH
                    else "refused"
                    if reason
                    else "read"
                )
                counted[kind] += 1
                if kind in ("failed", "over its limits"):
                    failed[f"{kind}: {ending} {reason[:30]}"] += 1
                    if options.keep:
                        Path(options.keep).mkdir(exist_ok=True)
                        (Path(options.keep) / f"{counted['files']}-{name}").write_bytes(content)
    print(", ".join(f"{number} {what}" for what, number in counted.items()))
    print("slowest: " + ", ".join(f"{name} {seconds:.1f} s" for seconds, name in slowest))
    for what, number in failed.most_common():
        print(f"{number} times {what}")


def _reasons(reader, path: Path, name: str) -> list[str]:
    """What became of each item of a file: why it was refused, "" where it was read."""
    from meiri.ingest.parsed import ParsedArticle, Unreadable

    try:
        found = reader.file(path, name, 64 * 1024 * 1024)
    except Unreadable as error:
        return [error.reason]
    if isinstance(found, ParsedArticle):
        return [""]
    return _of_series(reader, path, found)


def _of_series(reader, path: Path, kind: str) -> list[str]:
    from meiri.ingest.formats import BY_NAME
    from meiri.ingest.import_format import SeriesFormat

    if not isinstance(BY_NAME[kind], SeriesFormat):
        return ["an archive"]
    return [reason for _, _, reason in reader.series(path, kind, 64 * 1024 * 1024)]


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
