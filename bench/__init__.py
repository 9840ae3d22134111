"""What kadence costs, as ratios taken within one run."""
