"""Lesson 04: optimizers, each one pure step from where you are and what you remember."""
