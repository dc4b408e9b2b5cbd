"""The kinds of faults that can be planted."""

from __future__ import annotations

from recordpick.synthetic.migration.event_faults import EVENT_FAULTS
from recordpick.synthetic.migration.fault_kind import FaultKind
from recordpick.synthetic.migration.other_faults import OTHER_FAULTS

FAULT_KINDS: dict[str, FaultKind] = {kind.name: kind for kind in (*EVENT_FAULTS, *OTHER_FAULTS)}
"""Every kind of fault, by its name."""
