"""The page: service.py answers (arrays in, arrays out, no Gradio), the other files show; one file a tab.

    page.py         puts the tabs together and serves them
    generate.py     the sheet
    interpolate.py  the way between two ends
    api.py          what programs call: /generate, /interpolate, /interpolate_gif, /models
    theme.py        colours and type; scripts/page.css has the rest
    moves.py        the socket of those moves that must be answered within a frame
    scripts/*.js     what runs in the page: source.js supplies pixels, paint.js draws them, words.js and sentences.js
                    speak the visitor's language, one file a tab

A new tab is one file here, one in scripts/, and one line in page.py.
"""
