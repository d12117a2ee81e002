"""What each kind of block in an article's body is: one class, which knows all that is done with a block of its kind.

What readers see of it is the template `web/blocks/<name>.html`; nothing else stands elsewhere. `body/stream.py` lists the kinds.
A block has its content in two forms: `stored`, as the database has it (JSON), and `value`, as Wagtail gives it (with pictures
and documents as objects). Methods that look at many articles take what is stored, and no query.
"""

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any, Protocol
from uuid import uuid4

from lxml.html import HtmlElement
from wagtail import blocks

from meiri.journal.content_keys import DOCUMENT, PICTURE, ContentKey, NumberedForm
from meiri.media.models import Picture
from meiri.newsroom.body.stored_words import Items, Parts, StoredWords, Together, items_of, struct_of


@dataclass(frozen=True)
class BlockText:
    """A text of a block: its name in the stored struct, what editors call it, and what is done with it."""

    name: str
    label: str
    # Readers read it: it is part of the plain text, and found by search.
    is_plain_text: bool = True
    # The reporter wrote it: it counts where articles are compared with each other.
    is_compared: bool = False
    is_corrected: bool = True
    is_tidied: bool = True


@dataclass(frozen=True)
class PlacedPicture:
    """A picture as it stands in a body: the id of its block, its key, and what the block says of it itself."""

    block: str
    picture: int
    caption: str
    credit: str


class TextEditor(Protocol):
    """Whoever goes through the texts of a block, and may change them."""

    def edit_text(self, text: BlockText, written: str) -> str:
        """What is to stand in the place of `written`, plain text."""

    def edit_markup(self, text: BlockText, written: str) -> str:
        """What is to stand in the place of `written`, rich text as it is stored."""


@dataclass(frozen=True)
class ReadBlock:
    """The stored content of a block that was read, and what it could not hold: rich text that follows it."""

    stored: Any
    below: str = ""


class PastedPart(Protocol):
    """A part of what an editor pastes, as its reader gives it; only what its kind has is not empty.

    `markup`: rich text. `text`: a heading, or the lines of a quote. `rows`: the cells of a table, all of one length; `headed`:
    the first row names the columns.
    """

    markup: str
    text: str
    speaker: str
    rows: list[list[str]]
    headed: bool
    caption: str


class BodyBlock:
    """A kind of block of the body, beside the class of Wagtail's that draws its form.

    `meiri check` fails for a kind that does not define what is abstract here.
    """

    # The class of Wagtail's that migrations name: they know nothing of what a block does. Wagtail itself names that of structs.
    migrated_as = ""
    # Elements of clean HTML that may become a block of this kind.
    elements: frozenset[str] = frozenset()
    # What editors call the kind: Wagtail's, of its `Meta`.
    label: str
    # The measure word with which blocks of this kind are counted.
    measure = "个"

    def deconstruct(self) -> tuple[str, Any, Any]:
        path, arguments, options = super().deconstruct()  # type: ignore[misc]
        return self.migrated_as or path, arguments, options

    @abstractmethod
    def stored_words(self) -> StoredWords:
        """Where the paragraphs, lines or cells that readers read stand in what is stored."""

    @abstractmethod
    def edit_texts(self, stored: Any, editor: TextEditor) -> Any:
        """The stored content with each text as `editor` gives it; everything else stays as it is."""

    @abstractmethod
    def content_keys(self, stored: Any) -> Iterator[ContentKey]:
        """The content keys of what it shows. Content that is not as it should be names nothing."""

    @abstractmethod
    def html(self, value: Any) -> str:
        """The block in an exported article, as HTML that is still to be cleaned."""

    def compared_text(self, stored: Any) -> Iterator[str]:
        """The lines that count where articles are compared: what the reporter wrote, without captions and files."""
        yield from ()

    def feed_html(self, value: Any) -> str:
        """The block in feeds and in the public API, as HTML that is still to be cleaned. Addresses of the site may be without its
        host."""
        return self.html(value)

    def from_element(self, element: HtmlElement, pictures: Mapping[str, Picture]) -> ReadBlock | None:
        """The block that an element of clean HTML is, one of `elements`; None where it is none of this kind. `pictures` are the
        stored ones by their addresses in the HTML."""
        return None

    def from_paste(self, part: PastedPart) -> Any:
        """What is stored for a part of a paste."""
        return part.markup or part.text

    def from_markdown(self, part: str) -> Any:
        """What is stored for a part of the plain notation that the sample's texts have, None where it is none of this kind. What
        stands for a picture there is left in its place."""
        return None

    def count_pictures(self, value: Any) -> int:
        """How many pictures an editor placed in it."""
        return 0

    def placed_pictures(self, stored: Any, block: str) -> Iterator[PlacedPicture]:
        """The pictures that an editor placed in it; `block` is its id."""
        yield from ()

    def placed_recordings(self, stored: Any) -> Iterator[int]:
        """The keys of the documents in it that may be videos and sounds."""
        yield from ()

    def outside_addresses(self, stored: Any) -> Iterator[str]:
        """The addresses on other sites to which it leads readers."""
        yield from ()


class StructBodyBlock(BodyBlock, blocks.StructBlock):
    """A block of named parts, which says which of them are texts, pictures and documents."""

    texts: tuple[BlockText, ...] = ()
    # The names of parts that hold the key of a picture or of a document, in the order in which content keys name them.
    documents: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()

    def stored_words(self) -> StoredWords:
        return Parts(tuple(text.name for text in self.texts if text.is_plain_text))

    def compared_text(self, stored: Any) -> Iterator[str]:
        parts = struct_of(stored)
        return (parts.get(text.name) or "" for text in self.texts if text.is_compared)

    def edit_texts(self, stored: Any, editor: TextEditor) -> Any:
        parts = struct_of(stored)
        written = [text for text in self.texts if isinstance(parts.get(text.name), str)]
        if not written:
            return stored
        return {**parts, **{text.name: editor.edit_text(text, parts[text.name]) for text in written}}

    def content_keys(self, stored: Any) -> Iterator[ContentKey]:
        parts = struct_of(stored)
        yield from keys_of(DOCUMENT, (parts.get(name) for name in self.documents))
        yield from keys_of(PICTURE, (parts.get(name) for name in self.pictures))


class ListBodyBlock(StructBodyBlock):
    """A block with a list of blocks of one kind in its part `items`, beside what it has itself."""

    items = ""

    @property
    def item(self) -> StructBodyBlock:
        """The kind of what it lists."""
        return self.child_blocks[self.items].child_block

    def stored_words(self) -> StoredWords:
        return Together((super().stored_words(), Items(self.items, self.item.stored_words())))

    def compared_text(self, stored: Any) -> Iterator[str]:
        yield from super().compared_text(stored)
        for item in items_of(stored, self.items):
            yield from self.item.compared_text(item["value"])

    def edit_texts(self, stored: Any, editor: TextEditor) -> Any:
        edited = super().edit_texts(stored, editor)
        items = struct_of(edited).get(self.items)
        if not isinstance(items, list):
            return edited
        return {**edited, self.items: [self._edited(item, editor) for item in items]}

    def content_keys(self, stored: Any) -> Iterator[ContentKey]:
        yield from super().content_keys(stored)
        for item in items_of(stored, self.items):
            yield from self.item.content_keys(item["value"])

    def placed_pictures(self, stored: Any, block: str) -> Iterator[PlacedPicture]:
        for item in items_of(stored, self.items):
            yield from self.item.placed_pictures(item["value"], block)

    def _edited(self, item: Any, editor: TextEditor) -> Any:
        stored = struct_of(item).get("value")
        return {**item, "value": self.item.edit_texts(stored, editor)} if stored else item


def listed(values: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What is stored of a list of structs."""
    return [{"type": "item", "value": dict(value), "id": str(uuid4())} for value in values]


def escaped(text: str) -> str:
    """A text as it stands between tags."""
    return escape(text, quote=False)


def keys_of(form: NumberedForm, stored: Iterable[Any]) -> Iterator[ContentKey]:
    """The content keys of those of `stored` that are primary keys."""
    return (form.key(number) for number in stored if isinstance(number, int))


def words_of(element: HtmlElement) -> str:
    """The words of an element on one line."""
    return " ".join("".join(element.itertext()).split())


def lines_of(element: HtmlElement) -> list[str]:
    """The words of each element inside of `element`, or of itself where there is none."""
    return [line for inner in (list(element) or [element]) if (line := words_of(inner))]
