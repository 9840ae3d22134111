"""What leaves the process after a commit; nothing does yet but the answers themselves."""
