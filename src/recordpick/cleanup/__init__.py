"""What a practice puts right before its first extract, found in the index; and PCSE's list beside it."""
