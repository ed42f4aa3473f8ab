"""Lesson 01: how wrong is a picture, as one number; and the gradient of that number."""
