"""An issue of the magazine as a book for reading devices: EPUB 3.3 (W3C), a zip of XHTML."""

import io
import zipfile
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from meiri.fronts.issue_contents import Issue, IssuePart, IssuePiece

CONTAINER = """<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
<rootfile full-path="content.opf" media-type="application/oebps-package+xml"/></rootfiles></container>
"""
STYLE = """body{line-height:1.8}h1{font-size:1.4em;line-height:1.4}h2{font-size:1.15em}
.section,.by,figcaption{color:#555;font-size:.85em}.body p{text-indent:2em;margin:.4em 0}
figure{margin:1em 0}img{max-width:100%}blockquote{margin:.8em 1.5em}
"""
# Zip knows no time before it; a file says nothing of when it was put together.
EPOCH = (1980, 1, 1, 0, 0, 0)
TAGS = {"text": "p", "heading": "h2", "quote": "blockquote", "item": "li"}


def epub_of(issue: Issue, modified: datetime) -> bytes:
    """The issue as an EPUB file, last changed at `modified` (UTC); the same issue gives the same bytes."""
    files: dict[str, str | bytes] = {"META-INF/container.xml": CONTAINER, "style.css": STYLE}
    if issue.cover:
        files["images/cover.jpg"] = issue.cover
        cover = '<figure><img src="images/cover.jpg" alt="封面"/></figure>'
        files["cover.xhtml"] = _page(issue.title, f"<h1>{escape(issue.title)}</h1>{cover}")
    words = "".join(f"<p>{escape(line)}</p>" for line in issue.words.splitlines() if line.strip())
    if words:
        files["words.xhtml"] = _page("卷首语", f'<h1>卷首语</h1><div class="body">{words}</div>')
    for piece in issue.pieces:
        files[f"piece-{piece.number}.xhtml"] = _page(piece.title, _piece(piece, files))
    files["nav.xhtml"] = _navigation(issue, list(files))
    files["content.opf"] = _package(issue, modified, list(files))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        # It comes first and is not compressed, so that its bytes tell what the file is (OCF 4.3).
        book.writestr(_entry("mimetype"), "application/epub+zip")
        for name, content in files.items():
            kind = zipfile.ZIP_STORED if name.endswith(".jpg") else zipfile.ZIP_DEFLATED
            book.writestr(_entry(name), content, kind)
    return out.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, EPOCH)


def _page(title: str, body: str, more: str = "") -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>\n'
        f'<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="zh-Hans" lang="zh-Hans"{more}><head>'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="style.css"/></head><body>{body}</body></html>\n'
    )


def _piece(piece: IssuePiece, files: dict[str, str | bytes]) -> str:
    by = f'<p class="by">{escape(piece.author)}</p>' if piece.author else ""
    summary = f"<blockquote><p>{escape(piece.summary)}</p></blockquote>" if piece.summary else ""
    inside = "".join(
        _part(part, f"images/{piece.number}-{n}.jpg", files) for n, part in enumerate(piece.parts)
    )
    inside = inside.replace("</ul><ul>", "")
    return (
        f'<p class="section">{escape(piece.section)}</p><h1>{escape(piece.title)}</h1>{by}{summary}'
        f'<div class="body">{inside}</div>'
    )


def _part(part: IssuePart, name: str, files: dict[str, str | bytes]) -> str:
    if part.kind == "picture":
        files[name] = part.picture
        caption = f"<figcaption>{escape(part.text)}</figcaption>" if part.text else ""
        return f'<figure><img src="{name}" alt={quoteattr(part.text)}/>{caption}</figure>'
    tag = TAGS[part.kind]
    text = f"<{tag}>{escape(part.text)}</{tag}>"
    if part.kind == "quote":
        return f"<blockquote><p>{escape(part.text)}</p></blockquote>"
    return f"<ul>{text}</ul>" if part.kind == "item" else text


def _navigation(issue: Issue, names: list[str]) -> str:
    lines = [("words.xhtml", "卷首语")] if "words.xhtml" in names else []
    lines += [(f"piece-{piece.number}.xhtml", piece.title) for piece in issue.pieces]
    listed = "".join(f'<li><a href="{name}">{escape(title)}</a></li>' for name, title in lines)
    return _page(
        "目录",
        f'<nav epub:type="toc"><h1>目录</h1><ol>{listed or "<li><span>空</span></li>"}</ol></nav>',
        ' xmlns:epub="http://www.idpf.org/2007/ops"',
    )


def _package(issue: Issue, modified: datetime, names: list[str]) -> str:
    items: list[str] = []
    spine: list[str] = []
    for n, name in enumerate(names):
        if name == "META-INF/container.xml":
            continue
        kind = {"jpg": "image/jpeg", "css": "text/css"}.get(name.rpartition(".")[2], "application/xhtml+xml")
        more = {"nav.xhtml": ' properties="nav"', "images/cover.jpg": ' properties="cover-image"'}.get(
            name, ""
        )
        items.append(f'<item id="i{n}" href="{name}" media-type="{kind}"{more}/>')
        if name.endswith(".xhtml"):
            # The contents come after the cover.
            spine.insert(
                1 if name == "nav.xhtml" and "cover.xhtml" in names else len(spine),
                f'<itemref idref="i{n}"/>',
            )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="zh-Hans">'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<dc:identifier id="id">{escape(issue.address)}</dc:identifier>'
        f"<dc:title>{escape(issue.title)} {escape(issue.number)}</dc:title><dc:language>zh-Hans</dc:language>"
        f"<dc:publisher>{escape(issue.site)}</dc:publisher>"
        f'<meta property="dcterms:modified">{modified:%Y-%m-%dT%H:%M:%SZ}</meta></metadata>'
        f"<manifest>{''.join(items)}</manifest><spine>{''.join(spine)}</spine></package>\n"
    )
