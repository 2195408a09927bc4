"""What the documentation shows of a run: its numbers, tables, claims and figures, kept in git."""
