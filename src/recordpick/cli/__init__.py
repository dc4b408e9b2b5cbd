"""One module a command: each reads its options, calls the core, and says what was done."""
