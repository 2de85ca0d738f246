"""Rules, pure: values in, values out; no clock, disk, network, database or framework."""
