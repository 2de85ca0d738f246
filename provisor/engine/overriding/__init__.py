"""What people say against the rules: who may, when it counts, when it ends."""
