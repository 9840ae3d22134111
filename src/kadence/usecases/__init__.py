"""One plain function per intention; each runs inside one transaction and knows no HTTP."""
