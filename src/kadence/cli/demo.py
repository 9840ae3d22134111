"""`kadence demo`: a throw-away server with sample data, to look at and to build against."""
