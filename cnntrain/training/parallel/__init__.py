"""Several processes work on the shards of a batch."""
