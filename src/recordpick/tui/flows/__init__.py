"""What a person starts: asynchronous functions of the app, which ask, work and say what came."""
