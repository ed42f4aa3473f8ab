"""Lesson 13: which picture is better, and how sure that is."""
