"""Tests of the library and of the workflow."""

import os

# Tests run beside others on all processors, so threads of BLAS and OpenMP that wait for their next
# piece of work should sleep, not wait busily: a measurement with more threads than free processors
# takes twice the CPU time otherwise. The libraries look at this when they are loaded.
os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "4")
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
