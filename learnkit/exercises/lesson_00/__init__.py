"""Lesson 00: a picture is an array, a hole is a bool array over it.

Two first exercises, small on purpose: what they teach is dtype, copy and polarity.
"""
