"""A command-line MNIST trainer: small convolutional networks in NumPy, backpropagation by hand."""

__version__ = "0.1.0"
