"""What a text cell of a CSV may look like: the rules of all CSVs, `recordpick.cells`."""

from recordpick.cells import GUARD, as_csv, one_line, plain, safe

__all__ = ["GUARD", "as_csv", "one_line", "plain", "safe"]
