"""Write a synthetic practice as EMIS's bulk extract."""

from recordpick.synthetic.as_emis.writing import write_emis

__all__ = ["write_emis"]
