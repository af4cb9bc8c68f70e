"""`manage.py benchmark`: how fast the work is, next to its floor in the same run. Ratios count, times are noise."""
