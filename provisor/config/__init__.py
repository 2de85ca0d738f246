"""The written settings: read from YAML with their places, checked, and compiled to rules.

Enters: a file, the environment, the descriptions of two systems.
Leaves: a `Configuration`, and per job its `CompiledJob`.
Never: a system is called, and no secret is opened before a connector needs it.
"""
