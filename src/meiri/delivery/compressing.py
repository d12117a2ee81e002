"""Compression of what Django answers, but for what says that it is sent byte for byte."""

from compression_middleware.middleware import CompressionMiddleware


class Compressing(CompressionMiddleware):
    def process_response(self, request, response):
        if getattr(response, "uncompressed", False):
            return response
        return super().process_response(request, response)
