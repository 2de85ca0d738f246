"""Configuration revisions: proposed, looked at, agreed on, in force."""
