"""What our client costs against the limit of the machine, and against what one would write or take instead."""
