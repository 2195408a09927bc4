"""Tables, claims, figures and the study page of a run."""
