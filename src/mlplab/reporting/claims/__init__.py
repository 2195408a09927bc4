"""Published figures beside those found in the tables of a run."""
