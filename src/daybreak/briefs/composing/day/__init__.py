"""The day of a brief: timeline, free time, meetings, load, and tomorrow."""
