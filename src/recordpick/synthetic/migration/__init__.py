"""The same practice as another system would hold it after a migration, with planted faults.

`migrate` takes a practice and returns it with other numbers, terms, codes and authors
(rewriting.py, which is no fault), and with the faults that a plan asks for (fault_plan.py,
fault_kinds.py), of which it keeps the truth (planting.py). docs/synthetic-migration.md describes
all of this for people.
"""
