"""The kinds of events of a working file: each decided, applied and described in one module."""
