"""The same network in compiled code: whole runs of batches without the interpreter."""
