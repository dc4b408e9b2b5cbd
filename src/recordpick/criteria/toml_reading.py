"""Reading a TOML file from outside: packs, mapping files, `practice.toml`.

tomllib takes minutes for some shapes, and for others raises errors other than its own. So the shape
is checked first (toml_positions.py), and every fault becomes one sentence with file and line.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from recordpick.criteria.problems import shown
from recordpick.criteria.toml_positions import check_shape
from recordpick.errors import UserError
from recordpick.os_errors import words_of
from recordpick.regular_files import is_folder_error, read_small

_TOML_PLACE = re.compile(r"(?P<what>.*) \(at (?:line (?P<line>\d+), column \d+|end of document)\)")


def parse_toml(name: str, text: str) -> dict[str, Any]:
    """Return the TOML document as values; UserError with `name` and the line if invalid."""
    try:
        check_shape(text)
        return tomllib.loads(text)
    except UserError as error:
        raise UserError(f"{name}, {error}") from error
    except RecursionError as error:
        raise UserError(f"{name}: brackets nest too deeply.") from error
    except tomllib.TOMLDecodeError as error:
        found = _TOML_PLACE.fullmatch(str(error))
        what = shown(found["what"] if found else error).rstrip(".")
        line = (found["line"] or text.count("\n") + 1) if found else 1
        raise UserError(f"{name}, line {line}: this is not TOML: {what}.") from error
    except ValueError as error:  # int() refuses more than 4,300 digits
        digits = re.search(r"[0-9_]{4000}", text)
        line = text.count("\n", 0, digits.start()) + 1 if digits else 1
        raise UserError(f"{name}, line {line}: a number has too many digits.") from error


def read_toml(path: Path, at_most: int) -> tuple[dict[str, Any], str]:
    """Return the values of a TOML file of up to `at_most` bytes, and its text.

    UserError if it is not a file, too large, not UTF-8 or not TOML. FileNotFoundError for a missing
    file is passed on: the caller knows whether that matters.
    """
    try:
        content = read_small(path, at_most)
    except FileNotFoundError:
        raise
    except OSError as error:
        if is_folder_error(error, path):
            raise UserError(f"{path}: this is a folder, not a file.") from None
        raise UserError(f"{path}: cannot be read ({words_of(error)}).") from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UserError(
            f"{path}, line {line}: this is not TOML: it is not UTF-8. Save the file as UTF-8."
        ) from None
    return parse_toml(str(path), text), text
