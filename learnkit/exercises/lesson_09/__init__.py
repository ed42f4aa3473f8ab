"""Lesson 09: a generator and a discriminator, their losses, and the discriminator's step."""
