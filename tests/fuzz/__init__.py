"""Targets that are fed with made-up inputs for as long as one likes; no part of the suite."""
