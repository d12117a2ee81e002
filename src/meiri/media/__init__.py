"""Pictures, with the sizes and formats that pages offer; documents, videos and sounds; what files say of where they come from; where each is used, and how it is taken away."""
