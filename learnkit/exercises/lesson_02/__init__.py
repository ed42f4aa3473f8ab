"""Lesson 02: gradient descent on the roughness fills a hole in a picture."""
