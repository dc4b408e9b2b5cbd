"""Choosing records: suggestions by each method, the random draw, and what they show."""
