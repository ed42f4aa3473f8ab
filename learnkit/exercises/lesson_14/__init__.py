"""Lesson 14: penalties, a picture moved with its hole, and what is kept frozen."""
