"""Trainings of both networks as tables of epochs, and the search."""
