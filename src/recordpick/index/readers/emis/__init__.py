"""Reader of the EMIS bulk extract: a folder of CSV files, one or more a table.

What each column becomes, and what the format cannot carry: docs/source-formats.md.
"""
