"""What the pages share: cached loaders, widgets and texts. With pages/ and app.py the only importer of streamlit."""
