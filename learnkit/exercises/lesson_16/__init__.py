"""Lesson 16, applications: `uncertainty_map`, `warp_by_disparity`."""
