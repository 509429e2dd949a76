"""The SQL of this room: one module per group of tables, nothing but statements."""
