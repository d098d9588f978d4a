# requests.py ADDRESS PORT HOST kept|new UNMEASURED TIMES: sends small requests with $API_KEY in a header and prints how
# many nanoseconds each took. Reads no proxy variable.
import os, socket, ssl, sys, time

address, port, host, mode, unmeasured, times = sys.argv[1:7]
context = ssl.create_default_context()
context.set_alpn_protocols(["http/1.1"])
request = f"GET /bytes/64 HTTP/1.1\r\nHost: {host}\r\nX-Key: {os.environ['API_KEY']}\r\n\r\n".encode()


def connect():
    raw = socket.create_connection((address, int(port)), 10)
    raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return context.wrap_socket(raw, server_hostname=host)


def ask(connection):
    connection.sendall(request)
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += receive(connection)
    head, body = answer.split(b"\r\n\r\n", 1)
    if not head.startswith(b"HTTP/1.1 200"):
        sys.exit(head.decode())
    while len(body) < 64:
        body += receive(connection)


def receive(connection):
    part = connection.recv(65536)
    if not part:
        sys.exit("the connection was closed")
    return part


def once(connection):
    if mode == "kept":
        ask(connection)
        return
    with connect() as fresh:
        ask(fresh)


with connect() as kept:
    for _ in range(int(unmeasured) if mode == "kept" else int(unmeasured) // 10):
        once(kept)
    for _ in range(int(times)):
        start = time.perf_counter_ns()
        once(kept)
        print(time.perf_counter_ns() - start)
