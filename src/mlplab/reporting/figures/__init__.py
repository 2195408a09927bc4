"""Figures: they draw tables and compute nothing that is not in one."""
