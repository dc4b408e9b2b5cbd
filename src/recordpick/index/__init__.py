"""The practice's records as tables: reading sources, building and opening an index."""
