"""The screens of the app: one module a screen."""
