"""Lesson 06: one small window that slides over a picture, and the way back through it."""
