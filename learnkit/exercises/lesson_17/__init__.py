"""Lesson 17, the article debugged: `training_step`, `coordinate_features`."""
