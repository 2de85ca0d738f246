"""On the way to a target: how fast, how long it is left alone, what is tried again and when."""
