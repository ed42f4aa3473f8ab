"""Lesson 15, speed and scale: `shard`, `average_gradients`, `throughput`."""
