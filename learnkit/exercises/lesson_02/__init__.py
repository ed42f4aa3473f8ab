"""Lesson 02: a picture mends itself by walking downhill on roughness."""
