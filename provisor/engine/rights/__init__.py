"""Entitlements: what is held, given, due, kept apart and answered for."""
