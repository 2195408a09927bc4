"""A run as a research object: an RO-Crate of the profile Provenance Run Crate."""
