"""The public side: forms that anybody can fill without an account, with or without JavaScript."""
