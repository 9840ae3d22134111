"""Pictures and simulations: what takes time and memory, done in a process of its own."""
