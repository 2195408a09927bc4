"""Where results come from: records, fingerprints of code, and what is stale."""
