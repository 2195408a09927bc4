"""A module for each question: its answer from the tables of a run, and what the answer rests on."""
