"""The study page: what came out of a run, on one page that needs no network."""
