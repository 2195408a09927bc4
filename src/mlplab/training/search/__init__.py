"""The best network with few inputs: drawn settings, tried on validation images in stages."""
