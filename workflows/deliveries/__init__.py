"""What leaves the house: put in line inside a transaction, sent outside of any."""
