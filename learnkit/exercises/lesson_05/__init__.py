"""Lesson 05: gradients carried backward, link by link."""
