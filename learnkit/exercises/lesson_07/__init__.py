"""Lesson 07: a network that learns to mend pictures, its training loop piece by piece."""
