"""What the checks with Telethon share: a client for the sandbox, from the JSON line it prints."""
import json
import os
import sys

from telethon import TelegramClient, connection
from telethon.crypto import rsa
from telethon.sessions import StringSession

TRANSPORTS = {
    'full': connection.ConnectionTcpFull,
    'abridged': connection.ConnectionTcpAbridged,
    'intermediate': connection.ConnectionTcpIntermediate,
    'obfuscated': connection.ConnectionTcpObfuscated,
}

CONFIG = json.loads(os.environ['SANDBOX'])


def account(index):
    return CONFIG['accounts'][index]


def client(transport='full', session=None, dc=None, **options):
    """A client for the data centre `dc` (default: the first account's), with the sandbox's key trusted."""
    for one in CONFIG['dcs']:
        rsa.add_key(one['publicKeyPem'], old=False)
    if session is None:
        session = StringSession()
        home = dc or account(0)['dc']
        address = next(one for one in CONFIG['dcs'] if one['id'] == home)
        session.set_dc(address['id'], address['host'], address['port'])
    return TelegramClient(session, 12345, '0' * 32, connection=TRANSPORTS[transport], request_retries=2,
                          connection_retries=3, retry_delay=1, **options)


async def login(one, who):
    """Logs in with the code and, where there is one, the password."""
    await one.connect()
    await one.send_code_request(who['phone'])
    from telethon.errors import SessionPasswordNeededError
    try:
        return await one.sign_in(who['phone'], who['code'])
    except SessionPasswordNeededError:
        return await one.sign_in(password=who['password'])


def say(name, value=True):
    """One result line for the test that started this script."""
    print(json.dumps({name: value}, default=str), flush=True)


def control(name, **body):
    """Calls the sandbox's control plane."""
    import urllib.request
    request = urllib.request.Request(CONFIG['control'] + '/' + name, json.dumps(body).encode(),
                                     {'content-type': 'application/json'})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


if os.environ.get('DEBUG'):
    import logging
    logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
