"""The line numbers of values in a TOML file, and limits on its shape.

tomllib reports no lines, and the time it takes grows with the square of a dotted key's length. So
the text is tokenised here: by `check_shape` before tomllib parses it, and by `lines_of` where there
is a problem to report. `lines_of` expects a text that tomllib has accepted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from recordpick.errors import UserError

KEY_PARTS = 8
"""How many parts a dotted key may have."""
NESTS = 16
"""How deeply arrays and inline tables may nest."""
TOKENS = 100_000
"""How many words, strings and symbols a file may have: enough for 1,000 criteria of three rules."""

WORD_LENGTH = 1000
"""How many characters a number or an unquoted key may have."""

TomlPath = tuple[str | int, ...]
"""The path of a value, as keys and array indexes: `("criterion", 3, "rule", 0, "where")`."""

_TOKEN = re.compile(
    r"""
    (?P<skip>[ \t\r]+|\#[^\n]*)
    |(?P<newline>\n[ \t\r\n]*)
    |(?P<long>\"\"\"|''')
    |(?P<text>"(?:[^"\\\n]|\\.)*"|'[^'\n]*')
    |(?P<word>[A-Za-z0-9_\-]+)
    |(?P<open>["'])
    |(?P<sign>.)
    """,
    re.VERBOSE,
)
_LONG_END = {
    '"""': re.compile(r'(?:[^"\\]++|\\.|"(?!""))*+"{3,5}', re.DOTALL),
    "'''": re.compile(r"(?:[^']++|'(?!''))*+'{3,5}", re.DOTALL),
}


class _Token(NamedTuple):
    kind: str
    text: str
    line: int


def _tokens(text: str) -> Iterator[_Token]:
    """Yield the tokens; end early at a string that is not closed, which tomllib will report."""
    position, line = 0, 1
    while position < len(text):
        found = _TOKEN.match(text, position)
        assert found is not None
        kind, piece = str(found.lastgroup), found.group()
        position = found.end()
        if kind == "long":
            closed = _LONG_END[piece].match(text, position)
            if closed is None:
                return
            yield _Token("text", "", line)
            line += text.count("\n", position, closed.end())
            position = closed.end()
        elif kind == "open":
            return
        elif kind != "skip":
            yield _Token(piece if kind == "sign" else kind, piece, line)
            line += piece.count("\n")


def check_shape(text: str) -> None:
    """Raise UserError, beginning with the line, if the text would take too long to parse."""
    nests = parts = 0
    before = ""
    for number, token in enumerate(_tokens(text)):
        if number == TOKENS:
            raise UserError(f"line {token.line}: the file is too long.")
        if token.kind == "word" and len(token.text) > WORD_LENGTH:
            raise UserError(f"line {token.line}: a number or a key has too many characters.")
        nests += token.kind in {"[", "{"}
        nests -= token.kind in {"]", "}"}
        if token.kind in {"word", "text"}:
            parts = parts + 1 if before == "." else 1
        if nests > NESTS:
            raise UserError(f"line {token.line}: brackets nest more than {NESTS} deep.")
        if parts > KEY_PARTS:
            raise UserError(f"line {token.line}: a key has more than {KEY_PARTS} parts.")
        before = token.kind


class Lines:
    """The lines of a TOML text's values."""

    def __init__(self, lines: dict[TomlPath, int]) -> None:
        self._lines = lines

    def of(self, path: TomlPath) -> int | None:
        """Return the line of the value at `path`, or of the nearest parent that has one."""
        for length in range(len(path), 0, -1):
            if path[:length] in self._lines:
                return self._lines[path[:length]]
        return None


def lines_of(text: str) -> Lines:
    """Return the line of every key and array item of a TOML text."""
    return Lines(_Locator(text).run())


def headers_of(text: str) -> list[tuple[int, TomlPath]]:
    """Return the line and path of every header (`[pack]`, `[[criterion]]`) of a TOML text."""
    locator = _Locator(text)
    locator.run()
    return locator.headers


class _Locator:
    """Walks the tokens of a text that is known to be TOML."""

    def __init__(self, text: str) -> None:
        self._rest = _tokens(text)
        self._token = _Token("newline", "", 1)
        self._lines: dict[TomlPath, int] = {}
        self._counts: dict[TomlPath, int] = {}
        self.headers: list[tuple[int, TomlPath]] = []

    def run(self) -> dict[TomlPath, int]:
        here: TomlPath = ()
        self._next()
        while self._token.kind != "end":
            if self._token.kind == "[":
                here = self._header()
            elif self._token.kind in {"word", "text"}:
                self._pair(here)
            else:
                self._next()
        return self._lines

    def _next(self) -> None:
        self._token = next(self._rest, _Token("end", "", self._token.line))

    def _key(self) -> tuple[str, ...]:
        parts: list[str] = []
        while self._token.kind in {"word", "text", "."}:
            if self._token.kind == "word":
                parts.append(self._token.text)
            elif self._token.kind == "text":
                parts.append(self._token.text[1:-1])
            self._next()
        return tuple(parts)

    def _path_of(self, start: TomlPath, key: tuple[str, ...]) -> TomlPath:
        """Return the path of a key, with the index in each array of tables on the way."""
        path = start
        for part in key:
            path = (*path, part)
            if path in self._counts:
                path = (*path, self._counts[path] - 1)
        return path

    def _header(self) -> TomlPath:
        line = self._token.line
        self._next()
        is_array = self._token.kind == "["
        if is_array:
            self._next()
        key = self._key()
        if not is_array:
            path = self._path_of((), key)
        else:
            path = (*self._path_of((), key[:-1]), *key[-1:])
            self._counts[path] = self._counts.get(path, 0) + 1
            self._lines.setdefault(path, line)
            path = (*path, self._counts[path] - 1)
        self._record(path, line)
        self.headers.append((line, path))
        self._to_end_of_line()
        return path

    def _record(self, path: TomlPath, line: int) -> None:
        """Record the line of a value, and of the tables that a dotted key creates."""
        for length in range(1, len(path)):
            self._lines.setdefault(path[:length], line)
        self._lines[path] = line

    def _to_end_of_line(self) -> None:
        while self._token.kind not in {"newline", "end"}:
            self._next()

    def _pair(self, here: TomlPath) -> None:
        line = self._token.line
        path: TomlPath = (*here, *self._key())
        self._record(path, line)
        if self._token.kind == "=":
            self._next()
        self._value(path)

    def _value(self, path: TomlPath) -> None:
        if self._token.kind == "[":
            self._array(path)
        elif self._token.kind == "{":
            self._inline(path)
        else:
            while self._token.kind not in {",", "]", "}", "newline", "end"}:
                self._next()

    def _array(self, path: TomlPath) -> None:
        self._next()
        index = 0
        while self._token.kind not in {"]", "end"}:
            if self._token.kind in {"newline", ","}:
                self._next()
                continue
            self._lines[(*path, index)] = self._token.line
            self._value((*path, index))
            index += 1
        self._next()

    def _inline(self, path: TomlPath) -> None:
        self._next()
        while self._token.kind not in {"}", "end"}:
            if self._token.kind in {"word", "text"}:
                self._pair(path)
            else:
                self._next()
        self._next()
