"""The ways out of the house. Network calls are made in this package and nowhere else."""
