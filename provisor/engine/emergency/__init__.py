"""Access ends at once, or one class of acts is let out for an hour; somebody is told."""
