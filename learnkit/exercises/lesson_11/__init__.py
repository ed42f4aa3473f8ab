"""Lesson 11: what a hole costs, one step of the search for a z, and many fills of one hole."""
