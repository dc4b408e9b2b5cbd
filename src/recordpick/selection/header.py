"""Checking that the tables of a working file agree with its first event, its header."""

from __future__ import annotations

from dataclasses import replace

from recordpick.selection.content import Content
from recordpick.selection.database import LAST_EVENT
from recordpick.selection.events import BrokenEventError, text_sha256
from recordpick.selection.history import History
from recordpick.selection.permanent import Header

CHANGED_META = "what it says of itself was changed"
CHANGED_PACK = "the criteria pack in it is not what was put there"


def read_header(content: Content) -> tuple[Header | None, str]:
    """Return a file's header, from its first event; or None, and what is wrong with the event."""
    history = History()
    for event in content.events[:1]:
        try:
            history.add(event)
        except BrokenEventError as broken:
            return None, str(broken)
    return history.permanent.header, ""


def has_pack_of(header: Header, content: Content) -> bool:
    """Return whether the criteria pack in the file is the one that its first event names."""
    digests = tuple((name, text_sha256(text)) for name, text in content.pack_files.items())
    return digests == header.pack_files


def has_meta_of(header: Header, content: Content) -> bool:
    """Return whether the table meta says what the first event says."""
    meta = {key: text for key, text in content.meta.items() if key != LAST_EVENT}
    return meta == dict(header.meta)


def with_damage(content: Content) -> Content:
    """Return the content, marked as damaged if its tables and its first event do not agree."""
    return content if content.damage else replace(content, damage=find_damage(content))


def find_damage(content: Content) -> str:
    """Return what is wrong between the file's tables and its first event; "" if nothing is."""
    header, broken = read_header(content)
    if header is None:
        return broken or "it does not say what it is about"
    if not has_pack_of(header, content):
        return CHANGED_PACK
    return "" if has_meta_of(header, content) else CHANGED_META
