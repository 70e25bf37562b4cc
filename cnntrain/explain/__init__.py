"""What a network consists of, whether its derivatives are right, and its arithmetic in numbers."""
