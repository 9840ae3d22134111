"""The rules, pure: no I/O, no clock, no framework; everything here can be read and tested alone."""
