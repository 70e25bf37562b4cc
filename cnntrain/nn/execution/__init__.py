"""Who computes what, in which memory: shards of a batch, inference, arrays that share memory."""
