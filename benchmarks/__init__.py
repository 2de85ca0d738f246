"""Measurements, each number beside a floor or a peer; run by `make bench`."""
