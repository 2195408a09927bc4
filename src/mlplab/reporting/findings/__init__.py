"""The findings of a run as sentences, and the machine that it ran on."""
