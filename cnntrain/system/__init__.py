"""What differs between operating systems: writing files safely, signals."""
