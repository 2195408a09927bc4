"""What a run found, in sentences made from its tables, and on which machine it was found."""
