"""HTTP client for websites: DNS, connections, HTTP/1.1, proxies."""
