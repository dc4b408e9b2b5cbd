"""Reader of searches and reports that staff export by hand: a list of patients, and rows of
entries.

`read_reports` joins the rows to the patients of one list. What a row's columns mean is data
(`data/report_exports.toml`). A report lists only what its search asks for: `coverage` says so to
whoever asks the index.
"""

from __future__ import annotations
