"""The first event of a working file: what the file is about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from recordpick.criteria.pack import Pack
from recordpick.errors import UserError
from recordpick.identifiers import ods_code as ods_code_of
from recordpick.selection.events import Body, BrokenEventError, Event, text_sha256
from recordpick.selection.kinds.event_kind import Before, EventKind
from recordpick.selection.kinds.index_used import check_index, index_body, index_used
from recordpick.selection.permanent import Header, PermanentState
from recordpick.selection.typed_text import clean_ods_code, clean_practice

if TYPE_CHECKING:
    from recordpick.index.practice_index import PracticeIndex


def decide_new_file(
    meta: Mapping[str, str],
    pack: Pack,
    index: PracticeIndex,
    as_at: date,
    practice: str,
    seed: str,
    *,
    ods_code: str = "",
) -> Body:
    """Return the body of a new file's first event.

    UserError for a pack that cannot be written and read again, for a practice's name that is too
    long or has control characters, and for an ODS code that is not one.
    """
    from recordpick.criteria.load import parse_pack

    _check_encodable(pack)
    parse_pack(pack.files)  # what could not be read again is not written
    code = clean_ods_code(ods_code)
    return {
        "meta": [[key, value] for key, value in sorted(meta.items())],
        "practice": clean_practice(practice),
        **({"ods_code": code} if code else {}),
        "synthetic": index.manifest.synthetic,
        "pack": pack.fingerprint,
        "pack_files": [[name, text_sha256(text)] for name, text in pack.files.items()],
        "suggestion_seed": seed,
        **index_body(index, as_at, seed),
    }


def _check_encodable(pack: Pack) -> None:
    """Raise a UserError for a pack with characters that no file can hold (lone surrogates)."""
    for name, text in pack.files.items():
        try:
            f"{name}{text}".encode()
        except UnicodeEncodeError as error:
            raise UserError(
                f"{name} has a character that is not text (character {error.start + 1}): "
                "save it again as UTF-8."
            ) from error


def _header(event: Event) -> Header:
    return Header(
        practice=event.text("practice"),
        synthetic=event.body.get("synthetic") is True,
        pack_fingerprint=event.text("pack"),
        pack_files=_pairs(event, "pack_files"),
        meta=_pairs(event, "meta"),
        suggestion_seed=event.text("suggestion_seed"),
        index=index_used(event),
        ods_code=_ods_code(event),
    )


def _ods_code(event: Event) -> str:
    """Return the practice's ODS code: files made before it was asked for have none."""
    return event.text("ods_code") if "ods_code" in event.body else ""


def _pairs(event: Event, key: str) -> tuple[tuple[str, str], ...]:
    pairs: list[tuple[str, str]] = []
    for row in event.rows(key):
        match row:
            case [str(name), str(value)]:
                pairs.append((name, value))
            case _:
                raise BrokenEventError(event.seq, f"has something in {key!r} that is not a pair")
    return tuple(pairs)


def _record(permanent: PermanentState, event: Event) -> None:
    permanent.header = _header(event)
    permanent.index = permanent.header.index


def _describe(event: Event) -> str:
    return "made this working file"


def _check(event: Event, before: Before) -> None:
    check_index(event, before)
    if not isinstance(event.body.get("synthetic"), bool):
        raise BrokenEventError(event.seq, "does not say whether the patients are made up")
    code = _ods_code(event)
    if code and ods_code_of(code) != code:
        raise BrokenEventError(event.seq, "has an ODS code that is not one")


CREATED = EventKind(
    "created",
    _describe,
    record=_record,
    check=_check,
    one_line=frozenset({"practice", "suggestion_seed"}),
    paths=frozenset({"folder"}),
)
