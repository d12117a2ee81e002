"""WebVTT, the captions of videos: whether a file is one, so that no reader is shown an empty track.

https://www.w3.org/TR/webvtt1/, sections 4 and 6, as far as captions need it: a head, blocks, a line of times in each cue.
"""

import re

LARGEST = 2 * 1024 * 1024
MOST_CUES = 20_000
_TIME = r"(?:(\d{2,4}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
_TIMES = re.compile(rf"{_TIME}[ \t]+-->[ \t]+{_TIME}(?:[ \t]+[^\n]*)?", re.ASCII)
_HEAD = re.compile(r"WEBVTT(?:[ \t][^\n]*)?")


class NoCaptions(ValueError):
    """Why a file is no WebVTT; the message is a Chinese sentence."""


def check_captions(content: bytes) -> None:
    """Raise `NoCaptions` where `content` is no WebVTT with at least one cue."""
    if len(content) > LARGEST:
        raise NoCaptions(f"字幕文件不能超过 {LARGEST // 1024 // 1024} MB。")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NoCaptions("字幕文件须是 UTF-8 编码。") from None
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not _HEAD.fullmatch(lines[0]):
        raise NoCaptions("字幕文件的第一行须是“WEBVTT”。SRT 字幕请先转换成 WebVTT。")
    cues = 0
    for number, line in enumerate(lines, 1):
        if "-->" not in line:
            continue
        found = _TIMES.fullmatch(line.strip())
        if not found:
            raise NoCaptions(f"字幕文件第 {number} 行的时间读不懂，应如“00:01.000 --> 00:04.500”。")
        times = found.groups()
        if _milliseconds(times[4:]) <= _milliseconds(times[:4]):
            raise NoCaptions(f"字幕文件第 {number} 行的结束时间不在开始时间之后。")
        cues += 1
    if not cues:
        raise NoCaptions("字幕文件里没有字幕。")
    if cues > MOST_CUES:
        raise NoCaptions(f"字幕超过 {MOST_CUES} 条。")


def _milliseconds(parts: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, thousandths = (int(part or 0) for part in parts)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths
