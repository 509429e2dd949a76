"""Taking the transitions of blueprints: by people, by the clock, and what follows from it."""
