"""三审三校: chains of reviews, the rules that every publication keeps, and the sheet (审稿单) that each published version has."""
