"""The blocks of a stream field, for pages."""

from collections.abc import Iterator

from wagtail import blocks

from meiri.delivery.omissions import optional


def blocks_of(stream: blocks.StreamValue, part: str) -> Iterator[blocks.StreamValue.StreamChild]:
    """The blocks of a stream field. One that is not as its kind should be is left out of the page, as the `part` with its
    number."""
    for number in range(len(stream)):
        child = None
        with optional(f"{part}第{number + 1}块"):
            try:
                child = stream[number]
            except (AttributeError, KeyError, TypeError, ValueError):
                # All blocks of a kind are read at once: this one may be right, and another of them wrong.
                child = blocks.StreamValue(stream.stream_block, [stream.raw_data[number]], is_lazy=True)[0]
        if child is not None:
            yield child
