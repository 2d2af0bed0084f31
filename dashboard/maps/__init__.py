"""The Maps page: pictures of all items, groups of them, and axes of people's own."""
