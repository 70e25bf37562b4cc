"""What a network consists of, whether its derivatives are right, and its arithmetic number by number."""
