"""What to ask the clinical system for: which exports would answer which criteria of a pack.

`supplies.py` says what each kind of export gives, `plan.py` which of them to ask for first,
`instructions.py` how to make them in each system, and `describe.py` puts it into words.
"""
