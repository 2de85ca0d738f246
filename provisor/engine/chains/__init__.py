"""Jobs in a row: one reads what another job's target shows."""
