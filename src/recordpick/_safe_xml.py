"""Parsing XML that came from outside: no document type, so no entity can grow or read a file.

Used in the child process that reads documents (`_spreadsheet_worker.py`). Names are returned as
`uri}local`, as `xml.etree` writes them without the first brace.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING
from xml.etree.ElementTree import TreeBuilder
from xml.parsers import expat

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

CHUNK = 1 << 20


class UnreadableError(Exception):
    """What is wrong with the document, as a clause that follows its name."""


def new_parser() -> expat.XMLParserType:
    """Return a parser that refuses a document type declaration."""
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_document_type
    return parser


def feed(parser: expat.XMLParserType, part: IO[bytes]) -> None:
    """Parse a part of an archive to its end; UnreadableError where it is not XML."""
    try:
        while chunk := part.read(CHUNK):
            parser.Parse(chunk, False)  # noqa: FBT003 - expat takes it by position only
        parser.Parse(b"", True)  # noqa: FBT003
    except expat.ExpatError as error:
        raise UnreadableError(f"is damaged ({error}).") from error


def tree_of(part: IO[bytes]) -> Element:
    """Return a part's root element with all below it."""
    builder = TreeBuilder()
    parser = new_parser()

    def start(name: str, attributes: dict[str, str]) -> None:
        builder.start(name, attributes)

    def end(name: str) -> None:
        builder.end(name)

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    feed(parser, part)
    return builder.close()


def local(name: str) -> str:
    """Return a name without its namespace."""
    return name.rpartition("}")[2]


def _refuse_document_type(*_: object) -> None:
    raise UnreadableError("declares a document type, which no office program writes.")
