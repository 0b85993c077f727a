"""Through the sandbox's MTProxy, with a plain secret and with a padded one."""
import asyncio

from telethon import TelegramClient, connection
from telethon.crypto import rsa
from telethon.sessions import StringSession

from common import CONFIG, account, say


async def main():
    proxy = CONFIG['proxy']
    for one in CONFIG['dcs']:
        rsa.add_key(one['publicKeyPem'], old=False)
    kinds = {
        'abridged': (connection.ConnectionTcpMTProxyAbridged, proxy['secret']),
        'intermediate': (connection.ConnectionTcpMTProxyIntermediate, proxy['secret']),
        'randomized': (connection.ConnectionTcpMTProxyRandomizedIntermediate, 'dd' + proxy['secret']),
    }
    for name, (kind, secret) in kinds.items():
        session = StringSession()
        session.set_dc(account(1)['dc'], '192.0.2.1', 443)
        me = TelegramClient(session, 12345, '0' * 32, connection=kind, proxy=(proxy['host'], proxy['port'], secret))
        await me.connect()
        await me.send_code_request(account(1)['phone'])
        say(name, (await me.sign_in(account(1)['phone'], account(1)['code'])).first_name)
        await me.disconnect()


asyncio.run(main())
