"""Detection on public labelled sets, through the command that anybody runs on data of their own."""
