"""The page that `benchmarks.first_page` opens beside ours: Streamlit with a heading and one Plotly chart."""

import plotly.graph_objects as go
import streamlit as st

st.set_page_config(layout="wide")
st.title("A bare page")
st.plotly_chart(go.Figure(go.Scatter(y=[1, 3, 2])))
