"""Floor 4: HTTP. Bytes come in, `gateway.py` reads top to bottom, bytes go out.

The HTTP server is a small asyncio Protocol on httptools (`connection.py`), because a general one (uvicorn, aiohttp)
costs more for each request than all the rest of a point read together: 18,000 against 53,000 requests a second.
"""
