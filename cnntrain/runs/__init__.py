"""One run: its network, data and training, its folder and records, and how it is resumed."""
