"""How a batch is computed: its shards, inference, and arrays that share memory."""
