"""Compare published figures with those in the tables of a run."""
