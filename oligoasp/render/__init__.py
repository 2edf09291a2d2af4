"""Rendering of answers: what to say is written once, as a document, for text and Markdown.

`explanation` and `criteria` turn an answer into a `document.Document`; `text` lays one
out for a terminal, `markdown` for filing. `json` gives the documented data; `lines` the
short answers, of which there may be many.
"""
