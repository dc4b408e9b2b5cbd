"""Checking hand-over packs, as the supplier does before importing: nothing in them is trusted."""
