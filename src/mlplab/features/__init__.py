"""Input spaces: what a network sees of an image."""
