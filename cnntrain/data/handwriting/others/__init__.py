"""Things that are no digits, drawn by cnntrain itself: what a network learns not to read."""
