"""What the trainer writes down after every step."""

# The columns of a record, in order. The penalty stands weighted, as D's optimizer sees it.
RECORD_FIELDS = ("d_loss", "g_loss", "d_real", "d_fake", "d_penalty")
