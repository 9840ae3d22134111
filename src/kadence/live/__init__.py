"""What happens by itself after a commit: the journal's tail, and the streams that follow it."""
