"""Documents of other word processors (.doc, .wps, .rtf, .odt) to articles, by LibreOffice where it is installed.

It runs as a child of the guarded process, within its limits, with a profile of its own that is thrown away. What the document
links to is not loaded: LibreOffice is told so, has no network where that can be taken from it, and ends with the process that reads.
"""

import ctypes
import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from time import monotonic

from meiri.ingest.docx import read_docx
from meiri.ingest.parsed import ParsedArticle, Unreadable

SECONDS = 45
# The status with which LibreOffice asks to be started again (desktop/source/app/exithelper), and how often it may.
_RESTART, MOST_STARTS = (79, 81), 3
_SEARCHED = "/usr/local/bin:/usr/bin:/bin:/opt/libreoffice/program"
_PR_SET_PDEATHSIG, _CLONE_NEWNET = 1, 0x40000000
_ITEM = '<item oor:path="{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
_PROFILE = '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry">{items}</oor:items>'
# Macros off; links of documents that are not in a trusted place (none is) blocked; a proxy that is not there for all the rest.
_SETTINGS = (
    ("/org.openoffice.Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("/org.openoffice.Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("/org.openoffice.Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("/org.openoffice.Office.Common/Security/Scripting", "DisableActiveContent", "true"),
    ("/org.openoffice.Inet/Settings", "ooInetProxyType", "1"),
    ("/org.openoffice.Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("/org.openoffice.Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("/org.openoffice.Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("/org.openoffice.Inet/Settings", "ooInetHTTPSProxyPort", "9"),
)


def libreoffice() -> str:
    """The program of LibreOffice itself, not the script that starts it; "" where it is not installed."""
    found = shutil.which("soffice", path=_SEARCHED) or shutil.which("libreoffice", path=_SEARCHED)
    if not found:
        return ""
    program = Path(found).resolve().with_name("soffice.bin")
    return str(program) if program.exists() else ""


def read_by_libreoffice(data: bytes, ending: str) -> ParsedArticle:
    """The article in a document that is called by `ending`. Raises `Unreadable`."""
    with tempfile.TemporaryDirectory(prefix="meiri-office-") as folder:
        return read_docx(_as_docx(data, ending, Path(folder)))


def _as_docx(data: bytes, ending: str, folder: Path) -> bytes:
    source, profile = folder / f"a{ending}", folder / "profile"
    source.write_bytes(data)
    (profile / "user").mkdir(parents=True)
    items = "".join(_ITEM.format(path=path, name=name, value=value) for path, name, value in _SETTINGS)
    (profile / "user" / "registrymodifications.xcu").write_text(_PROFILE.format(items=items))
    command = [
        libreoffice(), f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore", "--nologo", "--nodefault",
        "--convert-to", "docx:MS Word 2007 XML", "--outdir", str(folder), str(source),
    ]  # fmt: skip
    try:
        _run(command, folder)
    except subprocess.TimeoutExpired as error:
        raise Unreadable("用 LibreOffice 转换这份文件用时过长，请另存为 .docx 后再导入。") from error
    except OSError as error:
        raise Unreadable("没能启动 LibreOffice，请另存为 .docx 后再导入。") from error
    made = source.with_suffix(".docx")
    if not made.exists():
        raise Unreadable(
            "LibreOffice 不能转换这份文件（可能已损坏、设了密码，或不是文字文件），请另存为 .docx 后再导入。"
        )
    return made.read_bytes()


def _run(command: list[str], folder: Path) -> None:
    """Run it, again where it has made its new profile and asks for that. Raises `TimeoutExpired`."""
    until = monotonic() + SECONDS
    for _ in range(MOST_STARTS):
        ended = subprocess.run(  # noqa: S603 a command of our own
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env={"HOME": str(folder), "TMPDIR": str(folder), "LANG": "C.UTF-8", "SAL_USE_VCLPLUGIN": "svp"},
            timeout=max(1, until - monotonic()),
            preexec_fn=_end_with_parent,
            check=False,
        )
        if ended.returncode not in _RESTART:
            return


def _end_with_parent() -> None:
    """In the child: killed as soon as the process that started it is, and without network where the system lets it."""
    with suppress(OSError, AttributeError):
        system = ctypes.CDLL(None)
        system.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        system.unshare(_CLONE_NEWNET)
    if os.getppid() == 1:
        os.kill(os.getpid(), signal.SIGKILL)
