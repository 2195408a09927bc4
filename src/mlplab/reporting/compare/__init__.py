"""Two or more runs side by side: what changed between them, and what came out differently."""
