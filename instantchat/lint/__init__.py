"""`instantchat lint`: flows in files, checked as the server does, without one."""
