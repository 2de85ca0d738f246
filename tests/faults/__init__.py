"""The fault machine: every call of a small firm's life goes wrong once, and nothing is lost."""
