"""Memory: everything that must outlive a process, in one SQL database.

Takes and gives values of `provisor.domain` and `provisor.ports.store`; never rows of its own.
Each change of state and the leaves that tell of it are one transaction.
It never decides anything, reads no configuration and asks no system.
"""
