"""Words on a command line: parse, call one engine function, print.

Command modules import what they need when they are called: `provisor --help` answers at once.
"""

from provisor.cli.app import app
from provisor.cli.boundary import main

__all__ = ["app", "main"]
