"""What people install: archives, pages, documented commands, upgrades; from outside, as they do."""
