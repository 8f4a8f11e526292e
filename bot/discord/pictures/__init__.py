"""Pictures and jobs that somebody means: their own, or those that they point at."""
