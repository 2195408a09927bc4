"""Parameters of a training that follow from others."""

from __future__ import annotations


def input_scaled_l2(l2: float, n_features: int, n_pixels: int, *, scale: bool) -> float:
    """λ₂ · K / (number of pixels): fewer inputs make fewer and larger weights (article C)."""
    return l2 * n_features / n_pixels if scale else l2
