"""Earlier days: the rows that were seen are kept, and other rules are tried on them."""
