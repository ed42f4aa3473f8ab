"""Lesson 18, flow matching: `flow_loss`, `integrate`, `drop_labels` and two more."""
