"""How the world is spoken to: one module per protocol, found by entry point, never by name."""
