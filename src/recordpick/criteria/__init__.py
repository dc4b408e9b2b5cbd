"""The supplier's test criteria: packs, codelists, and the language of their conditions."""
