"""SQLite's rollback journal, read and applied in memory: SQLite never sees one from elsewhere.

Format: https://www.sqlite.org/fileformat.html#the_rollback_journal. A journal has one or more
segments, each a header padded to a sector, then records of a page number, the page as it was
before the transaction, and a checksum. The name of a super-journal, if there is one, follows at the
end with its length, a checksum and the magic number. SQLite deletes the file of that name, so a
journal that names one is never used: recordpick writes to one database at a time.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

MAGIC = bytes.fromhex("d9d505f920a163d7")
_HEADER = struct.Struct(">8sIIIII")
_SMALLEST_SECTOR, _LARGEST_SECTOR = 32, 65_536
_LOCK_BYTE = 1024**3
"""SQLite locks this byte, so the page with it holds no data: the mark of a super-journal's name."""
_COUNT_FROM_SIZE = 0xFFFFFFFF
_EVERY = 200
"""The checksum adds up every 200th byte of a page, from its end."""


class UnusableJournalError(Exception):
    """A journal that is not used. Its text completes "It was not used: …"."""


class _Header(NamedTuple):
    records: int
    nonce: int
    pages: int
    sector: int
    page_size: int


def page_size_of(database: bytes) -> int:
    """Return the page size in bytes that a database's header gives."""
    size = int.from_bytes(database[16:18], "big")
    return 65_536 if size == 1 else size


def play_back(database: bytes, journal: bytes) -> bytes:
    """Return the database as it was before the change that the journal belongs to.

    UnusableJournalError if it is not a whole, plain journal of a database of this page size and
    length. Whether the result is sound is for the caller to check.
    """
    first = _header_at(journal, 0)
    if first is None:
        raise UnusableJournalError("it does not begin as a rollback journal does")
    if journal.endswith(MAGIC) and len(journal) > first.sector:
        raise UnusableJournalError("it names a super-journal, which recordpick never makes")
    _check_first(first, database)
    size = first.page_size
    restored = bytearray(database[: first.pages * size])
    if len(restored) != first.pages * size:
        raise UnusableJournalError("it belongs to a longer file")
    at = 0
    while (header := _header_at(journal, at)) is not None:
        at += first.sector
        left = (len(journal) - at) // (size + 8)
        records = left if header.records == _COUNT_FROM_SIZE else header.records
        if not _apply(restored, journal[at : at + records * (size + 8)], header.nonce, size):
            break
        at += records * (size + 8)
        at = -(-at // first.sector) * first.sector
    if int.from_bytes(restored[28:32], "big") != first.pages:
        raise UnusableJournalError("it belongs to a file of another length")
    return bytes(restored)


def _header_at(journal: bytes, at: int) -> _Header | None:
    if at + _HEADER.size > len(journal):
        return None
    magic, records, nonce, pages, sector, page_size = _HEADER.unpack_from(journal, at)
    return _Header(records, nonce, pages, sector, page_size) if magic == MAGIC else None


def _check_first(header: _Header, database: bytes) -> None:
    sector = header.sector
    if not _SMALLEST_SECTOR <= sector <= _LARGEST_SECTOR or sector & (sector - 1):
        raise UnusableJournalError("its header is damaged")
    if header.page_size != page_size_of(database):
        raise UnusableJournalError("it belongs to a file of another page size")
    if not 1 <= header.pages <= _LOCK_BYTE // header.page_size:
        raise UnusableJournalError("it belongs to a file of another length")


def _apply(restored: bytearray, records: bytes, nonce: int, size: int) -> bool:
    """Put the pages of a segment back; False at the first that is not whole, as SQLite stops."""
    pages = len(restored) // size
    for at in range(0, len(records), size + 8):
        record = records[at : at + size + 8]
        if len(record) < size + 8:
            return False
        number = int.from_bytes(record[:4], "big")
        page, checksum = record[4:-4], int.from_bytes(record[-4:], "big")
        if number == _LOCK_BYTE // size + 1:
            raise UnusableJournalError("it names a super-journal, which recordpick never makes")
        if number == 0 or (nonce + sum(page[size - _EVERY : 0 : -_EVERY])) % 2**32 != checksum:
            return False
        if number <= pages:
            restored[(number - 1) * size : number * size] = page
    return True
