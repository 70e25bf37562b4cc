"""Exercises: a layer that the user has written, compared with what it should compute."""

from cnntrain.explain.exercise.exercise import Finding, judged, refuse_unusable

__all__ = ["Finding", "judged", "refuse_unusable"]
