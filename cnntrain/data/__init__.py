"""Everything that turns files, tables and drawings into examples that a network can learn."""
