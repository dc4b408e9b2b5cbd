"""What was picked, by whom and when: the journal and the working file."""
