"""What leaves the desk: spreadsheets that hold no live formula."""
