"""The screens of the app: each composes widgets and listens to their messages."""
