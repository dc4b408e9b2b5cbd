"""Reader of the Vision extract: files without a header, whose columns are known by position.

What each column becomes, and what the format cannot carry: docs/source-formats.md.
"""
