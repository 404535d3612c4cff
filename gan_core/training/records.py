"""What the trainer writes down after every step."""

RECORD_FIELDS = ("d_loss", "g_loss", "d_real", "d_fake")  # the columns of a record, in order
