"""Tables, claims, findings and figures of a run."""
