"""The server: Streamlit with security headers. Run with `streamlit run app.py`."""

import streamlit as st
from starlette.middleware import Middleware

from front.headers import SecurityHeaders

app = st.App("front/desk.py", middleware=[Middleware(SecurityHeaders)])
