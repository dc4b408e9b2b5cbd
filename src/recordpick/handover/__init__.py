"""What the practice hands over: the selection list and the reports."""
