"""recordpick: pick the patient records that a GP practice checks by hand when it moves system."""

__version__ = "0.2.0"
