"""Reader of TPP SystmOne's strategic reporting extract: a folder of CSV files, one a table.

What each column becomes, and what the format cannot carry: docs/source-formats.md.
"""
