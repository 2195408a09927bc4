"""Small multilayer perceptrons, in NumPy and in Keras, on pixels and on cluster distances."""
