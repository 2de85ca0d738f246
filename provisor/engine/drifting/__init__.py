"""What a target changed by itself: found, judged by policy, told and decided."""
