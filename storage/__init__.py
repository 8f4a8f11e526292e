"""What Easel remembers: jobs and pictures, in a database and on disk."""
