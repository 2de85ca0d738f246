"""The rooms, in the order in which the data walks; each has one duty, none reaches back."""
