"""Tests of the engine: every layer against loops, against differences, against the sources."""
