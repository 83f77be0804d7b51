"""What tocsin remembers: the tables, the questions asked of them, and the one way to change them (`db.store`)."""
