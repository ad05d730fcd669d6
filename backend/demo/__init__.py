"""The main job, run to its end and checked through the public interfaces only."""
