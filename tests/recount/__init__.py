"""An independent recount: what the API showed after each change, counted by hand."""
