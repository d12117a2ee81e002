"""Pictures, with the sizes and formats that pages offer; documents, videos and recordings; where each is used, and how it is taken away."""
