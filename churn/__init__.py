"""Retention Desk's library: why customers leave, who may be next, and what it costs. It never imports Streamlit."""
