"""One run: network, data and training in a run folder, its records, and going on with it."""
