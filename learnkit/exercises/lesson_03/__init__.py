"""Lesson 03: a pixel as a probability, its cross-entropy, and the gradient that stays alive."""
