"""What only people can say about accounts: asked, answered, shown side by side."""
