"""A fictional company, two applications and three days: everything that `provisor demo` shows."""
