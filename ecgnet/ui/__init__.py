"""The app's screens: here what every page stands on, and a folder a page. With pages/ and app.py the only importer of
streamlit."""
