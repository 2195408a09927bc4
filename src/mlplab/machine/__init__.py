"""The machine: its processors, how far apart they are, and who else uses them."""
