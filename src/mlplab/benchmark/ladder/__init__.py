"""The articles' way from a slow network to a fast one, step by step, and how long each takes."""
