"""Three of Python's ways to ask: urllib and http.client know the proxy variables or not, asyncio knows nothing of them."""

import asyncio
import http.client
import os
import ssl
import sys
import urllib.request

host = sys.argv[1]
token = {"Authorization": "Bearer " + os.environ["TOKEN"]}

with urllib.request.urlopen(urllib.request.Request(f"https://{host}/urllib", headers=token)) as answer:
    print("urllib", answer.status)

connection = http.client.HTTPSConnection(host)
statuses = []
for number in (1, 2):
    connection.request("GET", f"/http.client/{number}", headers=token)
    answer = connection.getresponse()
    answer.read()
    statuses.append(str(answer.status))
print("http.client", *statuses)


async def ask():
    reader, writer = await asyncio.open_connection(host, 443, ssl=ssl.create_default_context())
    head = f"GET /asyncio HTTP/1.1\r\nHost: {host}\r\nAuthorization: {token['Authorization']}\r\nConnection: close\r\n\r\n"
    writer.write(head.encode())
    answer = await reader.read()
    writer.close()
    return answer.split(b" ", 2)[1].decode()


print("asyncio", asyncio.run(ask()))
