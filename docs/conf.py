"""How the handbook is made from these pages: `recordpick guide` opens it, the wheel holds it."""

from __future__ import annotations

project = "recordpick handbook"
extensions = ["myst_parser"]
root_doc = "README"
# for developers and judges, not for those who use the program
exclude_patterns = ["developers", "examples", "benchmarks*", "synthetic-migration.md", "*.py"]
# the start page lists every page in its own words, and links to files beside this folder
suppress_warnings = ["toc.not_included", "myst.xref_missing"]
myst_heading_anchors = 4

html_theme = "alabaster"
html_title = "recordpick handbook"
html_sidebars = {"**": ["about.html", "searchfield.html"]}
html_theme_options = {
    "description": "Picking patient records for data checking",
    "extra_nav_links": {},
    "fixed_sidebar": True,
    "page_width": "70rem",
}
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_show_copyright = False
html_use_index = False
