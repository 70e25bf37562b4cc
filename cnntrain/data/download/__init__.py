"""Fetch a data set's files from mirrors or from a folder."""
