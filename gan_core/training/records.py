"""What the trainer writes down after every step."""

# The columns of a record, in order. In the last one stands what D pays besides, weighted as its
# optimizer sees it: the penalty, and what D cannot read of a code.
RECORD_FIELDS = ("d_loss", "g_loss", "d_real", "d_fake", "d_penalty")
