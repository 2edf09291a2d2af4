"""Patient records: files of YAML, JSON or NDJSON in, typed and exact records out.

The way of a record: `source` turns files into plain values that keep every number as it
was typed; `schema` says what a record of a vocabulary may hold and `fields` reads each
value; `read` puts the two together. All refusals are `errors.Problem` objects.
"""
