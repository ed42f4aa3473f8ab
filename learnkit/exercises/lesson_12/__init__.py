"""Lesson 12: noise that a network learns to undo, and the hole that it fills on the way back."""
