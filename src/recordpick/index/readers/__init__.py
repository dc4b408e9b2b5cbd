"""Readers of sources: each turns what a practice has into the rows of an index."""
