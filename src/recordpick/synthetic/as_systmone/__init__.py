"""Write a synthetic practice as SystmOne's strategic reporting extract."""

from recordpick.synthetic.as_systmone.writing import write_systmone

__all__ = ["write_systmone"]
