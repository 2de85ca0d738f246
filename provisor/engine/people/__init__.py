"""People who come from several sources: who is who, and the one source that they make."""
