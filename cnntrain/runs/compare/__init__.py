"""Which of several networks is better, and how often chance alone would say so."""
