"""Lesson 10: a hole filled by a network: its loss, its seam, its rival, and its convolution."""
