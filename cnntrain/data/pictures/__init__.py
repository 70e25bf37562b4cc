"""From a photo or scan of a digit to the image that a network was trained on."""
