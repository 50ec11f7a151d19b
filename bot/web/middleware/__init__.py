"""Pure ASGI middleware: nothing here buffers a response, so streams stay streams."""
