"""Import: a spreadsheet becomes records, through the same pipeline as everything else.

The way of a file:

1. `sheet` reads CSV and Excel as rows of text cells and refuses what is no table;
2. `mapping` guesses which column is which field, the person corrects the guess; `rehearsal` tries the first rows;
3. `starting` keeps the file, checks the mapping and writes a job (a row in `jobs`);
4. `running` works the job off in another process, 250 rows to a transaction: cells become values by the field
   types' own `parse_cell`, values become records by `records.service.bring_in`;
5. what is refused goes to `refusals` and comes back as a file with reasons;
6. `undoing` puts everything that the job made into the trash, except what somebody changed since.

In another process, because reading 8,000 rows is pure Python: beside it a busy server would answer ten times slower.
The two share nothing but the database and the file store; what passes between them is the job's id.
"""
