"""Digits that cnntrain draws itself."""
