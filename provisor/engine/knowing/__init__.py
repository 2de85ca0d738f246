"""What the last plan knew of both sides, and what of it the news makes another plan of."""
