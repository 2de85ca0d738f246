"""What a run did is taken back by a plan of its own, and stays so."""
