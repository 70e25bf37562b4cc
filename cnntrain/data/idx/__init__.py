"""MNIST's file format: the table of data sets, reading, verifying and finding their files."""
