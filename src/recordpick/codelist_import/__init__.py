"""Codelists from official files: the cluster map, the readers of the files, checks, coverage."""
