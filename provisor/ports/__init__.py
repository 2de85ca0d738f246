"""The shapes of what is outside: connectors, stores, clocks; protocols and their values only."""
