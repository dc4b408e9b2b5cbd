"""A made-up practice for demonstrations and tests."""
