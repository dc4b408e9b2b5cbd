"""Synthetic practices for demonstrations and tests."""
