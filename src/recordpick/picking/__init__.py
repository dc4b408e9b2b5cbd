"""Choosing records: by ticket, at random."""
