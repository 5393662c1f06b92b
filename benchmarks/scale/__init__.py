"""A hundred thousand learners and ten million attempts on PostgreSQL, beside a hundredth of them."""
