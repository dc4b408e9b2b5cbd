"""Screens of the app, a module each."""
