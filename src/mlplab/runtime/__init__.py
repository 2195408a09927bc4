"""Files, arrays, locks, logs and progress: what every job needs."""
