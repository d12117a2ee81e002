"""Word's .docx to an article."""

import io
import zipfile

import mammoth
from lxml import html

from meiri.ingest.archive_files import check_zip
from meiri.ingest.blocks import read_blocks
from meiri.ingest.manuscript import arrange_document
from meiri.ingest.page import parse
from meiri.ingest.parsed import ParsedArticle, Unreadable

# Only a title is an h1: reporters write sub-headings as Heading 1.
_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='标题'] => h1:fresh
p[style-name='Heading 1'] => h2:fresh
p[style-name='heading 1'] => h2:fresh
p[style-name='标题 1'] => h2:fresh
p[style-name='Heading 2'] => h3:fresh
p[style-name='heading 2'] => h3:fresh
p[style-name='标题 2'] => h3:fresh
p[style-name='Heading 3'] => h4:fresh
p[style-name='heading 3'] => h4:fresh
p[style-name='标题 3'] => h4:fresh
p[style-name='Subtitle'] => p.subtitle:fresh
p[style-name='副标题'] => p.subtitle:fresh
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='引用'] => blockquote > p:fresh
"""


def read_docx(data: bytes) -> ParsedArticle:
    """The article in a .docx file, with its pictures as data. Raises `Unreadable`."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as container:
            check_zip(container)
        converted = mammoth.convert_to_html(io.BytesIO(data), style_map=_STYLES)
    except Unreadable:
        raise
    except Exception as error:  # mammoth raises whatever a broken file makes it trip over
        raise Unreadable("这份 Word 文件已损坏，无法读取。") from error
    if not converted.value.strip():
        raise Unreadable("这份 Word 文件里没有文字。")
    tree: html.HtmlElement = parse(f"<html><body>{converted.value}</body></html>")
    article = arrange_document(
        read_blocks(tree, lambda href: href if href.startswith(("http://", "https://")) else None)
    )
    # Mammoth writes each picture of the file as one element.
    unread = len(tree.findall(".//img")) - article.body.count("<img ")
    if unread > 0:
        article.warnings.append(
            f"Word 文件里有 {unread} 张图片没有收入（太小，或不是网页能显示的格式），请核对。"
        )
    return article
