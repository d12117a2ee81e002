"""What stood with the text of an article and was not taken for its own: kept beside the draft, so that nothing is lost."""

from collections.abc import Iterable

from meiri.ingest.blocks import Block
from meiri.ingest.junk import is_control, is_credit, is_record

# How many paragraphs are listed, how many characters of one, and of all.
MOST, LONGEST, LONGEST_OF_ALL = 60, 2000, 20_000


def left_out_of(blocks: Iterable[Block], body: Iterable[Block]) -> list[str]:
    """The paragraphs among `blocks` that are not in `body`, without buttons, credits and a site's records, each once."""
    taken = {"".join(block.text.split()) for block in body}
    out: list[str] = []
    length = 0
    for block in blocks:
        text = block.text.strip()
        words = "".join(text.split())
        if (
            len(words) < 2
            or words in taken
            or is_control(text)
            or is_credit(text, block.line)
            or is_record(text)
        ):
            continue
        taken.add(words)
        length += len(text[:LONGEST])
        if len(out) == MOST or length > LONGEST_OF_ALL:
            break
        out.append(text[:LONGEST])
    return out


def warning_of(left_out: list[str]) -> list[str]:
    """What the editor is told of it; nothing where all was taken."""
    if not left_out:
        return []
    return [f"有 {len(left_out)} 段文字没有收入正文，列在稿件旁边的“没有收入的文字”里。"]
