"""The same page without the product: Streamlit alone draws a recorded page from constants. Started by `tests.benchmarks.page`.

Same HTML, same figures of the same size in the same columns, same menus; nothing is read, counted, worded or drawn anew.
"""

import json
import os
from pathlib import Path

import plotly.io
import streamlit as st

st.set_page_config(layout="wide")


@st.cache_resource
def recorded():
    """Two states of the page: as it opens, and after the choice of another unit."""
    return json.loads(Path(os.environ["SAME_CHARTS"]).read_text(encoding="utf-8"))


@st.cache_resource
def figure(spec):
    return plotly.io.from_json(spec, skip_invalid=True)


def draw(nodes):
    for number, node in enumerate(nodes):
        if "html" in node:
            st.html(node["html"])
        elif "chart" in node:
            st.plotly_chart(figure(node["chart"]), theme=None, config={"displayModeBar": False}, key=f"chart {number} {len(node['chart'])}")
        elif "select" in node:
            st.selectbox(node["select"], node["options"], node["index"], key="choice" if node["chosen"] else None)
        elif "download" in node:
            st.download_button(node["download"], b"constant", key=node["download"] + str(id(node)))
        elif "expander" in node:
            with st.expander(node["expander"]):
                draw(node["inside"])
        elif "columns" in node:
            for place, column in zip(st.columns([c["weight"] for c in node["columns"]], gap="small"), node["columns"], strict=True):
                with place:
                    draw(column["inside"])
        else:
            with st.container():
                draw(node["inside"])


choice = st.session_state.get("choice", recorded()["first"])
draw(recorded()["second_state" if choice == recorded()["second"] else "first_state"])
