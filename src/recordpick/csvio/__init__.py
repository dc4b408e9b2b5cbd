"""Delimited text files: their form, their records and rows that do not fit."""
