"""Readers, one for each kind of source that an index is made from."""
