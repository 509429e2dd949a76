"""HTTP of the builders: apps, definitions, the catalogue, the gallery."""
