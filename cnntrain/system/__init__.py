"""What differs between operating systems: files, streams, memory, processors and signals."""
