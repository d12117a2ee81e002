"""Bytes to text. What a page declares is a hint; the bytes decide.

Chinese pages often declare gb2312 and are UTF-8, or the other way round. Every candidate is decoded strictly and
judged by how much the result reads like Chinese, so a page is never shown as mojibake.
"""

import codecs
import re
import unicodedata
from functools import cache

from meiri.ingest.parsed import Unreadable

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Where a declaration is looked for, and how much text is judged.
HEAD_BYTES = 8192
SAMPLE_CHARACTERS = 20_000
# Characters lost to damaged bytes that an otherwise sound page may have.
DAMAGE = 0.005
# So many characters are not valid UTF-8 by chance (about 1 in 10^10 for text in GB 18030).
CERTAIN = 12

_DECLARED = re.compile(
    rb"""<meta[^>]{0,300}?charset\s{0,20}=\s{0,20}["']?\s{0,20}([\w.:-]+)|^\s*<\?xml[^>]{0,200}?encoding\s{0,20}=\s{0,20}["']([\w.:-]+)""",
    re.IGNORECASE,
)
# Browsers read every gb* label as GB18030 and Big5 with its Hong Kong characters.
_SUPERSETS = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "cp936": "gb18030",
    "big5": "big5hkscs",
    "cp950": "big5hkscs",
    "latin-1": "cp1252",
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
_ALIASES = {"gb_2312-80": "gb18030", "x-gbk": "gb18030", "x-x-big5": "big5hkscs", "gb2312-80": "gb18030"}
# The most frequent characters of Chinese prose, simplified and traditional: about half of any running text.
_FREQUENT = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家"
    "种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心本前开但因只从想实日者意无力它与长把机十民"
    "第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加"
    "月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更"
    "電時會國個來們為這後對過發學說經現動開無關問應長將兩間與體處當種機見產東車話還進點員實書業"
    "報記者新聞市縣省區電社網"
)


def decode(data: bytes, declared: str | None = None) -> tuple[str, str]:
    """The text of `data` and the encoding it was in. `declared` is what a caller knows (an HTTP header, say).

    Raises `Unreadable` where no encoding gives sensible text.
    """
    for bom, name in BOMS:
        if data.startswith(bom):
            return data[len(bom) :].decode(name, "replace"), name
    hints = [h for h in (normal_name(declared), declared_in(data)) if h]
    if data.isascii() and b"\0" not in data:
        return data.decode("ascii"), "utf-8"
    found = _best(data, hints, "strict") or _best(data, hints, "replace")
    if found is None:
        raise Unreadable("无法识别这份文件的文字编码，请另存为 UTF-8 后再试。")
    return found


def decode_beginning(data: bytes) -> str:
    """The text that the first bytes of a file hold; they may end in the middle of a character. Raises `Unreadable`."""
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(data)
    except UnicodeDecodeError:
        pass
    refusal = None
    for cut in range(4):
        try:
            text = decode(data[: len(data) - cut])[0]
        except Unreadable as error:
            refusal = error
            continue
        if "\ufffd" not in text[-2:]:
            return text
    if refusal:
        raise refusal
    return text


def declared_in(data: bytes) -> str | None:
    """The encoding a page names in its own head, as Python calls it; None where it names none that exists."""
    match = _DECLARED.search(data[:HEAD_BYTES].replace(b"\0", b""))
    return normal_name((match[1] or match[2]).decode("ascii", "ignore")) if match else None


def normal_name(label: str | None) -> str | None:
    if not label:
        return None
    label = label.strip().lower()
    try:
        name = codecs.lookup(_ALIASES.get(label, label)).name
    except LookupError:
        return None
    # Python also lists codecs that aren't of text ("hex", "zip").
    return _SUPERSETS.get(name, name) if codecs.lookup(name)._is_text_encoding else None


def _best(data: bytes, hints: list[str], errors: str) -> tuple[str, str] | None:
    """The most plausible reading under `errors`, or None where none is plausible."""
    names = list(dict.fromkeys([*hints, "utf-8", "gb18030", "big5hkscs"]))
    if b"\0" in data or len(data) % 2 == 0:
        names += ["utf-16-le", "utf-16-be"]
    best: tuple[float, str, str] | None = None
    for name in names:
        try:
            text = data.decode(name, errors)
        except (UnicodeDecodeError, UnicodeError):
            continue
        score = plausibility(text)
        if errors == "replace" and text.count("\ufffd") > max(3, DAMAGE * len(text)):
            continue
        if name == "utf-8":
            # Each character beyond ASCII takes one to three bytes more than a character.
            beyond = (len(data) - len(text)) // 2
            if errors == "strict" and beyond >= CERTAIN:
                return text, name
            score += 0.4 * min(beyond, CERTAIN)
        score += 0.2 * (name in hints) + 0.1 * (name == "gb18030")
        if score < _needed(name, name in hints, errors):
            continue
        if best is None or score > best[0]:
            best = (score, text, name)
    return (best[1], best[2]) if best else None


def _needed(name: str, hinted: bool, errors: str) -> float:
    """The plausibility without which an encoding is not believed."""
    if name.startswith("utf-16"):
        # Any bytes of even length are UTF-16; only real Chinese prose reads like it.
        return 1.0
    # A page with one damaged byte is UTF-8 no longer, but not therefore something that happens to decode.
    return -0.5 if name == "utf-8" or (hinted and errors == "strict") else 0.3


def plausibility(text: str) -> float:
    """How much `text` reads like something written: about 1.5 for Chinese prose, below 0 for mojibake."""
    total = weight = 0.0
    for c in text[:SAMPLE_CHARACTERS]:
        if c <= "\x7f":
            if c < " " and c not in "\t\n\r\f\v":
                total, weight = total - 3, weight + 1
            continue
        total, weight = total + _weigh(c), weight + 1
    # Text that is nearly all ASCII says little: its few other characters count less.
    return total / weight if weight else 0.5


@cache
def _weigh(c: str) -> float:
    if c in _FREQUENT:
        return 2.5
    if c in _usual():
        return 1
    if c in "　、。，！？：；（）《》“”‘’—…·【】「」『』％～" or "０" <= c <= "ｚ":
        return 1
    if "㐀" <= c <= "鿿":
        return -1
    if "぀" <= c <= "ヿ" or "가" <= c <= "힣":
        return 0.3
    category = unicodedata.category(c)
    if category in ("Co", "Cn", "Cs", "Cc"):
        return -4
    if c == "\ufffd":
        return -4
    if c >= "\U00010000":
        return 0.3 if category == "So" else -2
    return (
        0.2 if category[0] in "LMPSZN" and unicodedata.name(c, "").startswith(("LATIN", "NO-BREAK")) else -0.2
    )


@cache
def _usual() -> frozenset[str]:
    """The characters in everyday use: the first levels of GB 2312 and of Big5."""
    pairs = [bytes((a, b)) for a in range(0xB0, 0xD8) for b in range(0xA1, 0xFF)]
    usual = {p.decode("gb2312", "ignore") for p in pairs}
    trails = (*range(0x40, 0x7F), *range(0xA1, 0xFF))
    pairs = [bytes((a, b)) for a in range(0xA4, 0xC7) for b in trails]
    return frozenset(usual | {p.decode("big5", "ignore") for p in pairs})
