"""What a person starts: each an async function of the screen and its session."""
