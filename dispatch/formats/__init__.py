"""Readers and writers of instances and plans; text in, values out."""
