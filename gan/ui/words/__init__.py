"""In which language? A language is one JSON file: words by key, sentences by template, names.

en.json, zh.json    the languages
tables.py           reads them; what the page gets of them, and the route for the rest
labels.py           labels of Gradio's own controls
"""
