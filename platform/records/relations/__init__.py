"""What leads from the records of one form to those of another: who may choose what, names, what is copied over."""
