"""The only SQL in the program: tables, statements, transactions and migrations."""
