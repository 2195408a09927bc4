"""Ways to train the benchmark network, a module each. See :mod:`mlplab.benchmark.registry`."""
