"""Two systems' records side by side: patients and entries aligned, and what differs between them.

Nothing here decides that a difference is acceptable: areas are held against limits that are data,
and a person confirms.
"""
