"""One reader per format: `recognise(file)`, and `read(file, …)`, which yields `RawRecord` and `Refusal`.

`tables` and `spreadsheets` read cells, `json_rows` and `flat_reviews` flat JSON, `claimreview_json` and
`claimreview_pages` ClaimReview markup, `refusal_reports` our own reports. Modules that several readers share are
beside them.
"""
