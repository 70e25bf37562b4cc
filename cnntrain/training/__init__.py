"""The training loop, evaluation, and the splits they work on."""
