"""What people install: requests, httpx in both its ways, and a WebSocket whose messages hold the token."""

import asyncio
import os
import ssl
import sys

import httpx
import requests
import websockets

host, socket = sys.argv[1:]
token = os.environ["TOKEN"]
fields = {"Authorization": "Bearer " + token}

session = requests.Session()
answers = [session.post(f"https://{host}/requests/{number}", headers=fields, json={"key": token}) for number in (1, 2)]
print("requests", *(answer.status_code for answer in answers), all(token in answer.json()["body"] for answer in answers))

print("httpx", httpx.get(f"https://{host}/httpx", headers=fields).status_code)


async def ask():
    async with httpx.AsyncClient() as client:
        answers = await asyncio.gather(*(client.get(f"https://{host}/httpx/{n}", headers=fields) for n in range(5)))
    print("httpx.AsyncClient", *(answer.status_code for answer in answers))
    async with websockets.connect(f"wss://{socket}/", ssl=ssl.create_default_context()) as connection:
        await connection.send('{"key": "' + token + '"}')
        print("websockets", await connection.recv() == '{"key": "' + token + '"}')


asyncio.run(ask())
