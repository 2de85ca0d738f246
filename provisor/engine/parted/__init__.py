"""More people than memory holds: both sides through files, planned part by part."""
