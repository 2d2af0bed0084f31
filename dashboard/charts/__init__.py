"""Arrays to Plotly figures. Nothing here knows Streamlit; a figure takes its colors from the app's theme."""
