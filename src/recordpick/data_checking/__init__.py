"""Data checking: filled-in workbooks read back, the issue log, progress, the sign-off page."""
