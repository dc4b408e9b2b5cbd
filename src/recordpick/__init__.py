"""recordpick: pick the patient records that a GP practice checks by hand when it moves system."""

from __future__ import annotations

__version__ = "0.2.0"
